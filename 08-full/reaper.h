/*
 * reaper.h - --init: a small init as pid 1.
 *
 * Pid 1 gets the container's orphans and must wait for them, and a signal
 * without a handler does nothing to it. Most programs are not written for
 * that. So this one is pid 1, and the command is its child.
 */
#pragma once

/*
 * Returns in a child process, which is to become the command. The caller
 * itself stays as pid 1: hands on the signals it gets, reaps whoever ends,
 * and ends with the command's status (128+N after signal N). `sync` is closed
 * in pid 1, so that the runtime sees the execve of the child.
 */
void become_init(int sync);
