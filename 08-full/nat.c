/*
 * nat.c - address translation, by the program nft.
 *
 *   to a port        prerouting, output: dnat    "for 10.213.0.2:80 now"
 *   from a container postrouting: masquerade     "from the host's address"
 */
#include "nat.h"

#include <arpa/inet.h>
#include <spawn.h>
#include <sys/wait.h>

#include "base.h"
#include "links.h"
#include "pool.h"

/* Removing what may not be there is an error: so it is made first. All of a
 * text takes effect at once. */
static const char no_table[] = "table ip toy-docker\n"
                               "delete table ip toy-docker\n";

/* 1: the rules of the ports, 2: the bridge, 3: its address, 4: of how many bits
 * the network is. */
static const char our_table[] =
    "table ip toy-docker {\n"
    /* Forwarding from 127.0.0.1 (route_localnet) would also work backwards:
     * services that believe they are only reached from this machine would be
     * reached from containers (CVE-2020-8558) and, by a port published for
     * 127.0.0.1, from the network. */
    "chain first {\n"
    "type filter hook prerouting priority -300\n"
    "iifname != lo ip daddr 127.0.0.0/8 drop\n"
    "}\n"
    "chain published {\n%1$s}\n"
    "chain arriving {\n"
    "type nat hook prerouting priority -100\n"
    "fib daddr type local jump published\n"
    "}\n"
    "chain from_this_machine {\n"
    "type nat hook output priority -100\n"
    "fib daddr type local jump published\n"
    "}\n"
    /* Into the bridge come answers, and packets for published ports. Others
     * would if a neighbour of this machine took it for its router. */
    "chain forwarded {\n"
    "type filter hook forward priority 0\n"
    "oifname != %2$s accept\n"
    "iifname %2$s accept\n"
    "ct state established,related accept\n"
    "ct status dnat accept\n"
    "drop\n"
    "}\n"
    "chain leaving {\n"
    "type nat hook postrouting priority 100\n"
    "ip saddr %3$s/%4$d oifname != %2$s masquerade\n"
    /* a container cannot answer 127.0.0.1, nor itself when it uses a
     * published port of its own */
    "ip saddr { 127.0.0.0/8, %3$s/%4$d } oifname %2$s ct status dnat "
    "masquerade\n"
    "}\n"
    "}\n";

/* Starts it with `input` as its standard input and the pool in `other`, whose lock so
 * holds until it ends, even if we are killed; or, if `input` is -1, with `other`
 * for what it prints, and silent about errors. Where root has no /usr/sbin in
 * its PATH (su without -), it is there. Returns an errno, or 0. */
static int spawn_nft(pid_t *pid, char *const *argv, int input, int other)
{
    posix_spawn_file_actions_t actions;
    int error;

    posix_spawn_file_actions_init(&actions);
    if (input != -1) {
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&actions, other, STDERR_FILENO + 1);
    } else {
        posix_spawn_file_actions_adddup2(&actions, other, STDOUT_FILENO);
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
                                         O_WRONLY, 0);
    }
    error = posix_spawnp(pid, "nft", &actions, NULL, argv, environ);
    if (error == ENOENT)
        error =
            posix_spawn(pid, "/usr/sbin/nft", &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* Returns 0, or -1 and errno. */
static int run_nft(char *const *argv, int input, int other)
{
    pid_t pid = 0;
    int status;

    errno = spawn_nft(&pid, argv, input, other);
    if (errno)
        return -1;
    while (waitpid(pid, &status, 0) == -1)
        if (errno != EINTR)
            return -1;
    errno = EINVAL; /* it has said more on stderr */
    return status == 0 ? 0 : -1;
}

static int change_rules(int pool, const char *text)
{
    static char *const argv[] = {"nft", "-f", "-", NULL};
    int input = make_memory_file(text), result, number;

    if (input == -1)
        return -1;
    result = run_nft(argv, input, pool);
    number = errno;
    close(input);
    errno = number;
    return result;
}

/* ---- rules of others -------------------------------------------------------- */

/* True if the rules' text has a chain whose policy drops what is forwarded, and
 * none of them is about the bridge. */
static bool drop_all(const char *rules, const char *bridge)
{
    const char *chain = strstr(rules, "hook forward ");
    const char *policy = chain ? strstr(chain, "policy drop") : NULL;

    return policy && policy < chain + strcspn(chain, "\n") &&
           !strstr(rules, bridge);
}

void warn_of_others(const char *bridge)
{
    static char *const argv[] = {"nft", "list", "table", "ip", "filter", NULL};
    int output = make_memory_file("");
    char *rules = run_nft(argv, -1, output) == 0
                    ? read_path("/proc/self/fd/%d", output)
                    : NULL;

    if (rules && drop_all(rules, bridge))
        warn("other rules (table ip filter, as docker sets it) drop what is "
             "forwarded: containers will not reach the world\n"
             "hint: iptables -I DOCKER-USER -i %s -j ACCEPT, and the same "
             "with -o",
             bridge);
    free(rules);
    close(output);
}

/* ---- our own ----------------------------------------------------------------- */

/* The rules of all containers. */
static char *all_rules(int pool)
{
    struct in_addr addresses[POOL_SIZE];
    size_t count = list_addresses(pool, addresses);
    char *text = or_empty(NULL);

    for (size_t i = 0; i < count; i++) {
        char *rules = read_lease_file(addresses[i], "rules");

        text = append(text, "%s", rules);
        free(rules);
    }
    return text;
}

int write_table(int pool, const char *bridge, struct in_addr gateway)
{
    char *rules = all_rules(pool);
    char *table = format_text(our_table, rules, bridge, inet_ntoa(gateway),
                              PREFIX_LENGTH);
    char *text = format_text("%s%s", no_table, table);
    int result = change_rules(pool, text);

    free(text);
    free(table);
    free(rules);
    return result;
}

int remove_table(int pool)
{
    return change_rules(pool, no_table);
}

void allow_forwarding(const char *bridge)
{
    char *local =
        format_text("/proc/sys/net/ipv4/conf/%s/route_localnet", bridge);

    if (write_file(local, "1") == -1)
        fail("write 1 to %s", local);
    free(local);
    if (write_file("/proc/sys/net/ipv4/ip_forward", "1") == -1)
        fail("write 1 to /proc/sys/net/ipv4/ip_forward");
    explain("write(\"/proc/sys/net/ipv4/ip_forward\", \"1\") # it stays so");
}
