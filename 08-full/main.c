/*
 * main.c - stage 08: a complete container runtime.
 *
 * New: own network, devices, few capabilities, masked paths in /proc and
 * /sys, no_new_privs, a filter for system calls, a terminal of its own. Root in
 * the container is still user 0 of the host, but for bundles that ask for a user
 * namespace.
 *
 * Reading order: config.h (what a container is), init.c (how it is made, step
 * by step), container.c (its life), then a file for each mechanism. Try it:
 *
 *     make stage-8 && sudo ./stage-8 --explain
 */
#include <signal.h>

#include "base.h"
#include "cli.h"
#include "container.h"
#include "oci.h"
#include "podman.h"
#include "self.h"

int main(int argc, char **argv)
{
    static const struct life ordinary = {.company = UNTIL_ITS_END};
    static struct config config;

    /* a limit of files (ulimit -f) is an error like a full disk */
    signal(SIGXFSZ, SIG_IGN);
    if (is_oci_command(argc, argv))
        return run_oci_command(argc, argv);
    refuse_docker_verb(argv + 1);
    suggest_verb(argv[1]);
    /* what our caller left open is not for the container */
    closefrom(STDERR_FILENO + 1);
    umask(022);
    parse_command_line(argc, argv, &config);
    protect_own_file(argv);
    return run_container(&config, &ordinary);
}
