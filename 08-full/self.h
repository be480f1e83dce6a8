/*
 * self.h - the runtime's own program file.
 */
#pragma once

/*
 * Makes sure that nothing in a container can write to the file this program
 * was started from: starts it anew, with the same arguments, from a read-only
 * mount of the file that belongs to no namespace. Before Linux 5.12 it is a
 * sealed copy of the file in memory. Nothing is done if it runs from either, or
 * `argv` is NULL: a verb is only asked for its flags (see_flags).
 *
 * A container that runs "/proc/self/exe", or a script with that as its
 * interpreter, gets the runtime's file as its program, and from then on
 * /proc/1/exe leads to it; root could open that for writing and so change what
 * the host's root runs next (CVE-2019-5736).
 */
void protect_own_file(char **argv);
