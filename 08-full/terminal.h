/*
 * terminal.h - the caller's terminal, while the container has one of its own.
 *
 * Keys go to the container as they are typed (raw mode): its own terminal
 * makes signals of Ctrl-C and echoes. See termios(3), ioctl_tty(2).
 */
#pragma once

#include <stdbool.h>
#include <termios.h>

struct terminal {
    int fd;     /* of the caller's terminal, or -1 */
    int master; /* of the container's */
    bool raw;
    struct termios former;
};

/*
 * Looks for the caller's terminal among the standard streams and gives the
 * container's the same size. Puts it into raw mode if `typing`: if what is
 * typed goes to the container.
 */
void open_terminal(struct terminal *terminal, int master, bool typing);

/* docker's rule for -i with -t, if that is `wanted`: the program ends unless
 * standard input is a terminal. */
void require_terminal(bool wanted);

/* The caller's terminal has another size now. */
void copy_window_size(const struct terminal *terminal);

/* A message of ours: in raw mode the terminal does not make "\r\n" of our "\n".
 */
void tell_at_terminal(const struct terminal *terminal, const char *message);

/* SIGTSTP: stops us, in the terminal's former mode, until we go on. */
void stop_until_continued(struct terminal *terminal);

/* A signal came for the `times`th time: says that, and returns which one is to be
 * passed on. The third one kills. */
int next_signal(const struct terminal *terminal, int number, int times);

/* Raw mode off again, in the state in which the terminal was found. Does nothing
 * if it is off. */
void leave_raw_mode(struct terminal *terminal);
