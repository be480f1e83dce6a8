/* bundle.c - bundles for the checks of stage 8 as an OCI runtime. */
#include "bundle.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "../common/common.h"
#include "host.h"
#include "look.h"
#include "suite.h"

const struct how oci_how = {.flags = {"--root", "state"}};

static char *replace(char *text, const char *from, const char *to)
{
    char *place = strstr(text, from);

    ck_assert_msg(place != NULL, "config.json lacks %s: %s", from, text);
    return format_text("%.*s%s%s", (int)(place - text), text, to,
                       place + strlen(from));
}

/* The parts of spec's output, as json-c prints it. */
void make_bundle(const char *command, const struct edit *edits)
{
    char *text;

    need_cgroups();
    host_command(NULL, "rm -rf bundle");
    ck_assert_int_eq(mkdir("bundle", 0755), 0);
    expect_status(oci("spec", "--bundle", "bundle"), 0);
    text = read_file("bundle/config.json");
    text = replace(text, "\"terminal\": true", "\"terminal\": false");
    text = replace(text, "\"readonly\": true", "\"readonly\": false");
    text = replace(text, "\"rootfs\"", "\"../rootfs\"");
    text =
        replace(text, "\"sh\"", format_text("\"sh\", \"-c\", \"%s\"", command));
    for (; edits && edits->from; edits++)
        text = replace(text, edits->from, edits->to);
    put_file("bundle/config.json", text);
}

char *printed(const char *command, const struct edit *edits)
{
    struct result result;

    make_bundle(command, edits);
    result = oci("run", "--bundle", "bundle", "box");
    expect_status(result, 0);
    remove_bundle();
    return result.out;
}

void remove_bundle(void)
{
    host_command(NULL, "rm -rf bundle state");
}

void make_shifted(void)
{
    host_command(NULL, "mkdir closed && chmod 700 closed && cp -a rootfs "
                       "closed/rootfs && chown -R 100000:200000 "
                       "closed/rootfs");
}

void remove_shifted(void)
{
    host_command(NULL, "rm -rf closed");
}

pid_t start_box(void)
{
    expect_status(oci("create", "--bundle", "bundle", "box"), 0);
    expect_status(oci("start", "box"), 0);
    return box_pid();
}

pid_t box_pid(void)
{
    struct result result = oci("state", "box");
    const char *pid = strstr(result.out, "\"pid\": ");

    expect_status(result, 0);
    ck_assert_msg(pid != NULL, "no pid in %s", result.out);
    return (pid_t)atoi(pid + strlen("\"pid\": "));
}

char *box_status(void)
{
    char *out = oci("state", "box").out;
    const char *status = strstr(out, "\"status\": \"");

    if (!status)
        return "";
    status += strlen("\"status\": \"");
    return format_text("%.*s", (int)strcspn(status, "\""), status);
}

void end_box(void)
{
    expect_status(oci("delete", "--force", "box"), 0);
    remove_bundle();
}

int receive_descriptor(int connection, char **text)
{
    char bytes[64] = "", space[CMSG_SPACE(sizeof(int))];
    struct iovec data = {bytes, sizeof(bytes) - 1};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = space,
                             .msg_controllen = sizeof(space)};
    int fd = -1;

    ck_assert_int_gt(recvmsg(connection, &message, 0), 0);
    ck_assert(CMSG_FIRSTHDR(&message) != NULL);
    memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
    close(connection);
    if (text)
        *text = format_text("%s", bytes);
    return fd;
}

void expect_mistakes_named(const struct mistake *mistakes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct result result;

        make_bundle("echo it ran", EDITS(mistakes[i].edit));
        result = oci("create", "--bundle", "bundle", "box");
        ck_assert_msg(result.status == 125, "%s: status %d %s",
                      mistakes[i].message, result.status, result.err);
        expect_text("stderr", result.err, mistakes[i].message);
        ck_assert_int_eq(access("state", F_OK), -1);
    }
}
