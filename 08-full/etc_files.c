/* etc_files.c - names in the container's network. */
#include "etc_files.h"

#include <arpa/inet.h>
#include <sched.h>
#include <sys/utsname.h>

#include "base.h"
#include "namespaces.h"
#include "pool.h"

static const char localhost[] = "127.0.0.1\tlocalhost\n"
                                "::1\tlocalhost ip6-localhost ip6-loopback\n";

static const char *own_name(const struct config *config)
{
    static struct utsname names;

    if (config->hostname)
        return config->hostname;
    uname(&names); /* it shares the host's */
    return names.nodename;
}

static char *hosts_text(const struct config *config)
{
    const struct network *network = config->network;
    char *text = format_text("%s", localhost);

    for (size_t i = 0; i < network->hosts.count; i++) {
        const char *name = network->hosts.items[i];
        int length = (int)strcspn(name, ":");
        const char *address = name + length + 1;

        if (strcmp(address, "host-gateway") == 0)
            address = inet_ntoa(network->gateway);
        text = append(text, "%s\t%.*s\n", address, length, name);
    }
    return append(text, "%s\t%s\n", inet_ntoa(network->address),
                  own_name(config));
}

/* The word after "nameserver" in the line, or NULL. */
static char *nameserver_of(const char *line)
{
    static const char word[] = "nameserver";
    size_t length = sizeof(word) - 1;
    const char *value = line + length + strspn(line + length, " \t");

    if (strncmp(line, word, length) != 0 || value == line + length)
        return NULL;
    return format_text("%.*s", (int)strcspn(value, " \t#;"), value);
}

/* There is no IPv6 in the container, and its 127.0.0.1 is not the host's. */
static bool is_reached(const char *server)
{
    struct in_addr address;

    return inet_pton(AF_INET, server, &address) == 1 &&
           ntohl(address.s_addr) >> 24 != IN_LOOPBACKNET;
}

/* Where systemd-resolved answers on 127.0.0.53, it has the servers that it
 * asks itself in another file. */
static char *host_resolv_conf(void)
{
    char *text = read_file("/etc/resolv.conf");
    char *full = NULL;

    if (text && strstr(text, "127.0.0.53"))
        full = read_file("/run/systemd/resolve/resolv.conf");
    if (full) {
        free(text);
        text = full;
    }
    return or_empty(text);
}

static bool is_search(const char *line)
{
    return strncmp(line, "search", 6) == 0 || strncmp(line, "domain", 6) == 0;
}

static char *resolv_conf_text(const struct network *network)
{
    char *host = host_resolv_conf(), *rest = host, *line;
    char *text = or_empty(NULL);
    size_t servers = network->dns.count;

    while ((line = strsep(&rest, "\n"))) {
        char *server = nameserver_of(line);

        if (network->search.count && is_search(line))
            continue;
        if (*line && (!server || (!network->dns.count && is_reached(server)))) {
            text = append(text, "%s\n", line);
            servers += server != NULL;
        }
        free(server);
    }
    for (size_t i = 0; i < network->dns.count; i++)
        text = append(text, "nameserver %s\n", network->dns.items[i]);
    for (size_t i = 0; i < network->search.count; i++)
        text =
            append(text, "%s%s", i ? " " : "search ", network->search.items[i]);
    if (network->search.count)
        text = append(text, "\n");
    if (!servers)
        text = append(text, "nameserver 8.8.8.8\nnameserver 8.8.4.4\n");
    free(host);
    return text;
}

static bool has_mount(const struct config *config, const char *destination)
{
    for (size_t i = 0; i < config->mount_count; i++)
        if (strcmp(config->mounts[i].destination, destination) == 0)
            return true;
    return false;
}

/* Mounts the file `source`, which is the callee's now, unless there is a mount. */
static void bind_file(struct config *config, const char *name, char *source)
{
    static const char *const bind[] = {"bind", NULL};
    char *destination = format_text("/etc/%s", name);

    if (!has_mount(config, destination))
        add_mount(config, &(struct mount){
                              .destination = destination,
                              .type = "bind",
                              .source = source,
                              .options = bind,
                          });
}

static void add_file(struct config *config, const char *name, char *text)
{
    const struct network *network = config->network;
    char *pool = pool_path();

    write_lease_file(network, name, text);
    free(text);
    bind_file(config, name,
              format_text("%s/%s/%s", pool, inet_ntoa(network->address), name));
    free(pool);
}

void add_etc_files(struct config *config)
{
    add_file(config, "hosts", hosts_text(config));
    add_file(config, "resolv.conf", resolv_conf_text(config->network));
}

/* ---- without a bridge ----------------------------------------------------------- */

static void add_record_file(struct config *config, const char *folder,
                            const char *name, char *text)
{
    char *path = format_text("%s/%s", folder, name);

    if (!write_text(AT_FDCWD, path, O_TRUNC, 0644, text))
        fail("write %s", path);
    free(text);
    bind_file(config, name, path);
}

void add_record_files(struct config *config, const char *folder)
{
    bool own_network = has_namespace(config, CLONE_NEWNET);

    add_record_file(config, folder, "hostname",
                    format_text("%s\n", own_name(config)));
    if (config->network)
        return; /* add_etc_files knows more */
    add_record_file(config, folder, "hosts",
                    own_network ? format_text("%s", localhost)
                                : or_empty(read_file("/etc/hosts")));
    add_record_file(config, folder, "resolv.conf",
                    or_empty(read_file("/etc/resolv.conf")));
}
