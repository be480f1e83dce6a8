/* cli_podman.c - flags of docker's run that are not for a toy. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli_flags.h"
#include "sync.h"

static const char *const flags[] = {
    "--attach",
    "-a",
    "--blkio-weight-device",
    "--cgroup-parent",
    "--cpu-count",
    "--cpu-percent",
    "--cpu-rt-period",
    "--cpu-rt-runtime",
    "--device-cgroup-rule",
    "--disable-content-trust",
    "--dns-opt",
    "--dns-option",
    "--expose",
    "--gpus",
    "--health-cmd",
    "--health-interval",
    "--health-retries",
    "--health-start-interval",
    "--health-start-period",
    "--health-timeout",
    "--ip",
    "--ip6",
    "--io-maxbandwidth",
    "--io-maxiops",
    "--isolation",
    "--kernel-memory",
    "--label-file",
    "--link",
    "--link-local-ip",
    "--mac-address",
    "--net-alias",
    "--network-alias",
    "--no-healthcheck",
    "--platform",
    "--publish-all",
    "-P",
    "--quiet",
    "-q",
    "--runtime",
    "--sig-proxy",
    "--use-api-socket",
    "--volume-driver",
    "--volumes-from",
};

/* The path of this program, for a command line. */
static const char *own_path(void)
{
    static char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

    if (length > 0)
        path[length] = '\0';
    return length > 0 && access(path, X_OK) == 0 ? path : "\"$PWD/stage-8\"";
}

void refuse_docker_flag(const char *flag)
{
    size_t length = strcspn(flag, "=");

    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        if (strlen(flags[i]) == length && !strncmp(flag, flags[i], length))
            fail_plainly(format_text("podman has more, with this runtime: "
                                     "podman --runtime %s run %s ...",
                                     own_path(), flags[i]),
                         "%s is docker's, and not supported here", flags[i]);
}
