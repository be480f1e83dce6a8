/*
 * fuzz.h - pieces of stage 8 that are given bytes from others, for libFuzzer.
 *
 * Each target is a program: one file here, fuzz.c, and all of 08-full without
 * its main(). See https://llvm.org/docs/LibFuzzer.html.
 */
#pragma once

/* Reads the file "input" of the current folder, a fresh tmpfs. It may end the
 * program: this input is over then. */
void run_target(void);

/* Called after each input: gives back what the target has left, and abort()s
 * if it has done what it must not. */
void look_after_target(void);
