/*
 * cli.h - the command line: what docker's words mean in a struct config.
 */
#ifndef CLI_H
#define CLI_H

#include "config.h"

/*
 * Fills in `config` from the arguments of main. Two forms:
 *   stage-8 [FLAG...] [--] [COMMAND...]     as every stage before this one:
 *       the caller's standard streams, a terminal if they are one (in the
 *       background of that terminal neither it nor standard input);
 *   stage-8 run [FLAG...] IMAGE [COMMAND...]
 *   stage-8 run --rootfs DIR [FLAG...] [COMMAND...]     as docker run:
 *       no standard input without -i, no terminal without -t. What is
 *       written goes with the container.
 * Input that is wrong ends the program with status 125; --help with 0.
 */
void parse_command_line(int argc, char **argv, struct config *config);

#endif
