/* subject.c - a container by its name, with what is known of it. */
#include "subject.h"

#include <arpa/inet.h>
#include <sched.h>

#include "base.h"
#include "namespaces.h"

static void take_pid(struct subject *subject)
{
    int pidfd = open_state_process(&subject->state);

    subject->pid = pidfd == -1 ? 0 : subject->state.pid;
    close(pidfd);
}

void take_record(struct subject *subject, const struct record *record)
{
    *subject = (struct subject){
        .id = record->id,
        .name = record->name,
        .recorded = true,
        .record = *record,
        .container = record->json,
    };
    subject->how = look_at_record(record, &subject->state);
    subject->status = record_word(subject->how);
    if (is_up(subject->how))
        take_pid(subject);
}

bool find_subject(struct subject *subject, const char *word,
                  const struct globals *globals)
{
    struct record record;

    if (names_record(globals, word, &record)) {
        take_record(subject, &record);
        return true;
    }
    *subject = (struct subject){.id = word, .name = word, .container.path = ""};
    if (check_id(word) || !look_at_state(&subject->state, globals->root, word))
        return false;
    subject->status = status_word(status_of(&subject->state));
    take_pid(subject);
    return true;
}

void require_subject(struct subject *subject, const char *word,
                     const struct globals *globals)
{
    if (!find_subject(subject, word, globals))
        require_record(&subject->record, globals->data_root, word);
}

struct json config_of(const struct subject *subject)
{
    return subject->recorded ? read_record_config(&subject->record)
                             : saved_config(&subject->state);
}

/* ---- the network ------------------------------------------------------------ */

static char *read_net(pid_t pid, const char *name)
{
    return or_empty(read_path("/proc/%d/net/%s", (int)pid, name));
}

/* The kernel's table of local addresses: "|-- 10.213.0.2", and in the next line
 * "/32 host LOCAL". */
static void find_own_address(pid_t pid, char address[16])
{
    char *text = read_net(pid, "fib_trie"), *rest = text, last[16] = "";

    for (char *line; (line = strsep(&rest, "\n"));) {
        char *leaf = strstr(line, "|-- ");

        if (leaf)
            snprintf(last, sizeof(last), "%s", leaf + 4);
        else if (strstr(line, "/32 host LOCAL") &&
                 strncmp(last, "127.", 4) != 0)
            snprintf(address, 16, "%s", last);
    }
    free(text);
}

/* "eth0 00000000 0100D50A ...": the route to everywhere, in the byte order of
 * the network. */
static void find_gateway(pid_t pid, char address[16])
{
    char *text = read_net(pid, "route"), *rest = text;

    for (char *line; (line = strsep(&rest, "\n"));) {
        struct in_addr gateway;
        unsigned to;

        if (sscanf(line, "%*s %x %x", &to, &gateway.s_addr) == 2 && to == 0 &&
            gateway.s_addr)
            inet_ntop(AF_INET, &gateway, address, 16);
    }
    free(text);
}

struct addresses addresses_of(const struct subject *subject)
{
    struct addresses addresses = {"", ""};

    if (subject->pid && other_namespaces(subject->pid) & CLONE_NEWNET) {
        find_own_address(subject->pid, addresses.own);
        find_gateway(subject->pid, addresses.gateway);
    }
    return addresses;
}
