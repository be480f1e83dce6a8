/*
 * copy_up.h - a tmpfs that begins as the folder that it lies on.
 *
 * With the mode of that folder, and if its options have "tmpcopyup", with what
 * is in it: a container whose root file system is read-only can write to /var,
 * and finds there what the image has put there.
 */
#pragma once

#include "config.h"

/*
 * Gives the detached `tmpfs` the mode of the folder mount->destination below
 * `root`, unless an option says which, or it is read-only and stays empty; with
 * "tmpcopyup", also copies of the folders, files, links and FIFOs in there, with
 * owner, mode and time. No extended attributes, device nodes and sockets. Nothing is done if
 * there is no such folder. Ends the program on failure.
 */
void begin_as_folder(const struct mount *mount, int tmpfs, int root);
