/*
 * network.c - checks of stage 8's networks.
 *
 * The stand-in host has a network namespace of its own. A second one plays the
 * outside world: a wire (out0 192.0.2.1 - eth0 192.0.2.2) joins the two.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/common.h"
#include "bundle.h"
#include "host.h"
#include "look.h"
#include "run.h"
#include "suite.h"

enum { HERE = 0 }; /* in place of a process: the stand-in's own namespace */

/* ---- the world ------------------------------------------------------------------ */

/* A command of the host's that must succeed. */
#define must(...)                                                              \
    do {                                                                       \
        int status_;                                                           \
        char *text_ = host_command(&status_, __VA_ARGS__);                     \
        ck_assert_msg(status_ == 0, "%s: %s", #__VA_ARGS__, text_);            \
    } while (0)

static void need_network(void)
{
    int status;
    char *text;

    need_cgroups();
    text = host_command(&status, "nft list tables");
    if (status != 0)
        skip("nft does not work here: %s", text);
    text = host_command(&status, "ip link add probe0 type bridge && "
                                 "ip link del probe0 && "
                                 "ip link add probe0 type veth && "
                                 "ip link del probe0");
    if (status != 0)
        skip("no bridge or veth in this kernel: %s", text);
}

static void enter_network_of(pid_t pid)
{
    int fd =
        open(format_text("/proc/%d/ns/net", (int)pid), O_RDONLY | O_CLOEXEC);

    if (pid != HERE && (fd == -1 || setns(fd, CLONE_NEWNET) == -1))
        die("enter the network of %d", (int)pid);
    close(fd);
}

/* fork(2); the child dies with the check. */
static pid_t fork_here(void)
{
    pid_t pid = fork();

    ck_assert_int_ne(pid, -1);
    if (pid == 0)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    return pid;
}

static pid_t make_outside(void)
{
    pid_t pid = fork_here();

    if (pid == 0) {
        if (unshare(CLONE_NEWNET) == -1)
            _exit(1);
        while (true)
            pause();
    }
    ck_assert(
        within(5, namespace_of(pid, "net") != namespace_of(getpid(), "net")));
    must("ip link add out0 type veth peer name eth0 netns %d", (int)pid);
    must("ip addr add 192.0.2.1/24 dev out0 && ip link set out0 up && "
         "ip route add default via 192.0.2.2");
    must("nsenter -t %d -n sh -c 'ip addr add 192.0.2.2/24 dev eth0 && "
         "ip link set eth0 up && ip link set lo up'",
         (int)pid);
    return pid;
}

static void end_process(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

/* After the last container there is no rule of ours, and no link. */
static void expect_no_network(void)
{
    ck_assert_str_eq(host_command(NULL, "nft list tables | grep toy"), "");
    expect_no_text("the links", read_file("/proc/net/dev"), "toy-");
}

static void end_outside(pid_t outside)
{
    end_process(outside);
    ck_assert(within(5, !strstr(read_file("/proc/net/dev"), "out0")));
    expect_no_network();
}

/* ---- servers and clients ---------------------------------------------------------- */

static struct sockaddr_in address_of(const char *text, int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port)};

    ck_assert_int_eq(inet_pton(AF_INET, text, &address.sin_addr), 1);
    return address;
}

/* Gives every client its token and the client's own address. */
static noreturn void answer_tcp(int server, const char *token)
{
    while (true) {
        struct sockaddr_in peer = {0};
        socklen_t size = sizeof(peer);
        int client = accept(server, (struct sockaddr *)&peer, &size);

        dprintf(client, "%s %s\n", token, inet_ntoa(peer.sin_addr));
        close(client);
    }
}

static noreturn void answer_udp(int server, const char *token)
{
    while (true) {
        struct sockaddr_in peer = {0};
        socklen_t size = sizeof(peer);
        char data[16];

        recvfrom(server, data, sizeof(data), 0, (struct sockaddr *)&peer,
                 &size);
        sendto(server, token, strlen(token), 0, (struct sockaddr *)&peer, size);
    }
}

/* A server in the network of `pid`; it is ready on return. */
static pid_t serve(pid_t pid, int type, const char *address, int port,
                   const char *token)
{
    struct sockaddr_in own = address_of(address, port);
    int ready[2], server, one = 1;
    pid_t child;
    char byte;

    ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
    child = fork_here();
    if (child == 0) {
        enter_network_of(pid);
        server = socket(AF_INET, type | SOCK_CLOEXEC, 0);
        setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
        if (bind(server, (struct sockaddr *)&own, sizeof(own)) == -1 ||
            (type == SOCK_STREAM && listen(server, 8) == -1) ||
            write(ready[1], "", 1) != 1)
            _exit(1);
        if (type == SOCK_STREAM)
            answer_tcp(server, token);
        answer_udp(server, token);
    }
    close(ready[1]);
    ck_assert_msg(read(ready[0], &byte, 1) == 1, "no server on %s:%d", address,
                  port);
    close(ready[0]);
    return child;
}

/* What a client in the network of `pid` gets, or its error. */
static char *fetch_by(pid_t pid, int type, const char *address, int port)
{
    static const struct timeval patience = {.tv_sec = 2};
    static const char request[] = "GET / HTTP/1.0\r\n\r\n";
    struct sockaddr_in server = address_of(address, port);
    int ends[2];
    char text[4096];
    size_t length = 0;
    ssize_t got;
    pid_t child;

    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    child = fork_here();
    if (child == 0) {
        int client;

        enter_network_of(pid);
        client = socket(AF_INET, type | SOCK_CLOEXEC, 0);
        setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &patience,
                   sizeof(patience));
        setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience,
                   sizeof(patience));
        signal(SIGPIPE, SIG_IGN);
        if (connect(client, (struct sockaddr *)&server, sizeof(server)) == -1)
            dprintf(ends[1], "error %s", errno_name(errno));
        else
            send(client, request, sizeof(request) - 1, 0);
        do
            got = read(client, text, sizeof(text));
        while (got > 0 && write(ends[1], text, (size_t)got) == got &&
               type == SOCK_STREAM);
        _exit(0);
    }
    close(ends[1]);
    while (length < sizeof(text) - 1 &&
           (got = read(ends[0], text + length, sizeof(text) - 1 - length)) > 0)
        length += (size_t)got;
    close(ends[0]);
    waitpid(child, NULL, 0);
    return format_text("%.*s", (int)length, text);
}

static char *fetch(pid_t pid, const char *address, int port)
{
    return fetch_by(pid, SOCK_STREAM, address, port);
}

#define expect_answer(token, ...)                                              \
    expect_text("the answer", fetch(__VA_ARGS__), token)
#define expect_silence(token, ...)                                             \
    expect_no_text("the answer", fetch(__VA_ARGS__), token)

/* ---- a container at the bridge ------------------------------------------------------ */

/* Its only IPv4 address but 127.0.0.1, as ip(8) shows it from outside. */
static char *own_address(pid_t container)
{
    char *text = host_command(NULL,
                              "nsenter -t %d -n ip -4 -o addr show dev eth0 | "
                              "sed 's/.* inet \\([0-9.]*\\).*/\\1/'",
                              (int)container);

    text[strcspn(text, "\n")] = '\0';
    return text;
}

static struct process start_at_bridge(const char *flag, const char *value)
{
    struct how how = {.flags = {"--network", "bridge", flag, value}};

    return start_stage_8(&how);
}

/* ---- checks --------------------------------------------------------------------------- */

static void bridge_network(int stage)
{
    struct process process;
    pid_t container;
    char *text;

    (void)stage;
    need_network();
    must("ip link add out0 type bridge && ip link set out0 mtu 1400 up && "
         "ip addr add 192.0.2.1/24 dev out0 && "
         "ip route add default via 192.0.2.2");
    process = start_at_bridge(NULL, NULL);
    container = container_of(&process);
    ck_assert_int_ne(namespace_of(container, "net"),
                     namespace_of(getpid(), "net"));
    text = host_command(NULL, "nsenter -t %d -n ip -o link", (int)container);
    ck_assert_int_eq(count_text(text, "\n"), 2);
    expect_text("the links", text, "lo: <LOOPBACK,UP,LOWER_UP>");
    expect_text("the links", text, "eth0@");
    expect_text("the links", text, "UP,LOWER_UP> mtu 1400 ");
    text = host_command(NULL, "nsenter -t %d -n ip addr show dev eth0",
                        (int)container);
    expect_text("the addresses", text, " inet 10.213.0.2/24 ");
    expect_no_text("the addresses", text, "inet6");
    text = host_command(NULL, "nsenter -t %d -n ip route", (int)container);
    expect_text("the routes", text, "default via 10.213.0.1 dev eth0");
    text = host_command(NULL, "ip -o link show master toy-docker0");
    ck_assert_int_eq(count_text(text, "\n"), 1);
    ck_assert_str_eq(read_file("/proc/sys/net/ipv4/ip_forward"), "1\n");
    end_container(&process);
    expect_no_network();
    must("ip link del out0");
}

/* Each time one goes the others stay, and the last one takes all along. */
static void several_at_the_bridge(int stage)
{
    struct process processes[4];
    char *token = make_token(), *addresses = "";

    (void)stage;
    need_network();
    for (int i = 0; i < 4; i++)
        processes[i] = start_stage(
            8,
            &(struct how){.flags = {"--network", "bridge", "--", "sh", "-c"}},
            format_text("echo ready; %s", forever), NULL);
    for (int i = 0; i < 4; i++) {
        char *address;

        expect(&processes[i], "ready");
        address = own_address(container_of(&processes[i]));
        ck_assert_msg(!strstr(addresses, format_text("%s ", address)),
                      "two have %s", address);
        addresses = format_text("%s%s ", addresses, address);
    }
    for (int i = 0; i < 3; i++) {
        pid_t next = container_of(&processes[i + 1]);
        pid_t server = serve(next, SOCK_STREAM, "0.0.0.0", 80, token);
        char *address = own_address(next);

        expect_answer(token, container_of(&processes[i]), address, 80);
        expect_answer(token, HERE, address, 80);
        end_process(server);
        end_container(&processes[i]);
        ck_assert_int_eq(
            count_text(host_command(NULL, "ip -o link show master toy-docker0"),
                       "\n"),
            (size_t)(3 - i));
    }
    end_container(&processes[3]);
    expect_no_network();
}

static void published_port(int stage)
{
    struct how how = {.flags = {"--network", "bridge", "-p", "8080:80"}};
    char *token = make_token();
    struct process web, other;
    pid_t outside;

    (void)stage;
    need_network();
    if (access("rootfs/sbin/httpd", F_OK) == -1 &&
        access("rootfs/usr/sbin/httpd", F_OK) == -1)
        skip("no httpd in the rootfs: busybox is missing");
    outside = make_outside();
    web = start_script(8, &how,
                       format_text("mkdir /tmp/web; echo %s >/tmp/web/page; "
                                   "ln -s page /tmp/web/index.html; "
                                   "httpd -f -p 80 -h /tmp/web",
                                   token));
    ck_assert(within(10, strstr(fetch(HERE, "10.213.0.2", 80), token)));
    expect_answer(token, outside, "192.0.2.1", 8080);
    expect_answer(token, HERE, "127.0.0.1", 8080);
    expect_answer(token, HERE, "192.0.2.1", 8080);
    other = start_at_bridge(NULL, NULL);
    expect_answer(token, container_of(&other), "192.0.2.1", 8080);
    expect_answer(token, container_of(&web), "192.0.2.1", 8080);
    end_container(&other);
    expect_answer(token, outside, "192.0.2.1", 8080);
    end_container(&web);
    ck_assert_str_eq(fetch(HERE, "127.0.0.1", 8080), "error ECONNREFUSED");
    ck_assert_str_eq(fetch(outside, "192.0.2.1", 8080), "error ECONNREFUSED");
    end_outside(outside);
}

/* Each port of a range to its own, and where no port was asked for, to one that
 * is free: ps tells which. */
static void published_ranges(int stage)
{
    char *tokens[2] = {make_token(), make_token()}, *ports, *text;
    int chosen, status;
    pid_t pid, servers[2];
    struct result result;

    need_network();
    result =
        run_stage(8, "run", "-d", "--name", "web", "--network", "bridge", "-p",
                  "8000-8001:9000-9001", "-p", "7000-7002:7000-7002", "-p",
                  "9001", "--rootfs", "rootfs", "sleep", "1000", NULL);
    expect_status(result, 0);
    pid = (pid_t)atoi(
        run_stage(8, "inspect", "-f", "{{.State.Pid}}", "web", NULL).out);
    for (int i = 0; i < 2; i++)
        servers[i] = serve(pid, SOCK_STREAM, "0.0.0.0", 9000 + i, tokens[i]);
    expect_answer(tokens[0], HERE, "127.0.0.1", 8000);
    expect_answer(tokens[1], HERE, "127.0.0.1", 8001);
    ck_assert_str_eq(fetch(HERE, "127.0.0.1", 8002), "error ECONNREFUSED");
    ports = run_stage(8, "ps", "--format", "{{.Ports}}", NULL).out;
    text = strstr(ports, "7002/tcp, 0.0.0.0:");
    ck_assert_msg(text, "ps: %s", ports);
    chosen = atoi(strrchr(text, ':') + 1);
    ck_assert_str_eq(
        ports, format_text("0.0.0.0:8000->9000/tcp, 0.0.0.0:8001->9001/tcp, "
                           "0.0.0.0:7000-7002->7000-7002/tcp, "
                           "0.0.0.0:%d->9001/tcp\n",
                           chosen));
    expect_answer(tokens[1], HERE, "127.0.0.1", chosen);
    result = run_stage(8, "run", "--rm", "-p", "7002:80", "--rootfs", "rootfs",
                       "true", NULL);
    expect_status(result, 125);
    /* nothing is left of one that needs too many open files */
    text = host_command(&status,
                        "ulimit -n 150; '%s' run --rm -p 10000-10200:1-201 "
                        "--rootfs rootfs true 2>&1",
                        stage_path(8));
    ck_assert_int_eq(status, 125);
    expect_text("stderr", text, "hint: each port is an open file: ulimit -n");
    expect_no_text("stderr", text, "cannot remove");
    ck_assert_uint_eq(count_text(read_file("/proc/net/dev"), "toy-veth"), 1);
    for (int i = 0; i < 2; i++)
        end_process(servers[i]);
    expect_status(run_stage(8, "rm", "-f", "web", NULL), 0);
    expect_no_network();
    (void)stage;
}

static void published_udp_port(int stage)
{
    char *token = make_token();
    struct process process;
    pid_t outside, server;

    (void)stage;
    need_network();
    outside = make_outside();
    process = start_at_bridge("-p", "5353:53/udp");
    server = serve(container_of(&process), SOCK_DGRAM, "0.0.0.0", 53, token);
    ck_assert_str_eq(fetch_by(outside, SOCK_DGRAM, "192.0.2.1", 5353), token);
    ck_assert_str_eq(fetch_by(HERE, SOCK_DGRAM, "127.0.0.1", 5353), token);
    end_process(server);
    end_container(&process);
    end_outside(outside);
}

/* -p 127.0.0.1:... is for this machine alone, also if a neighbour sends what no
 * router would. */
static void port_of_one_address(int stage)
{
    char *token = make_token();
    struct process process;
    pid_t outside, server;

    (void)stage;
    need_network();
    outside = make_outside();
    process = start_at_bridge("-p", "127.0.0.1:8080:80");
    server = serve(container_of(&process), SOCK_STREAM, "0.0.0.0", 80, token);
    expect_answer(token, HERE, "127.0.0.1", 8080);
    expect_silence(token, HERE, "192.0.2.1", 8080);
    expect_silence(token, outside, "192.0.2.1", 8080);
    must("nsenter -t %d -n sh -c 'ip addr del 127.0.0.1/8 dev lo; "
         "ip addr add 127.9.9.9/32 dev lo; "
         "sysctl -q net.ipv4.conf.eth0.route_localnet=1; "
         "ip route add 127.0.0.1/32 via 192.0.2.1 src 192.0.2.2'",
         (int)outside);
    expect_silence(token, outside, "127.0.0.1", 8080);
    end_process(server);
    end_container(&process);
    end_outside(outside);
}

/* A port that is not published is not reached by a neighbour that takes this
 * machine for its router. */
static void port_not_published(int stage)
{
    char *token = make_token();
    struct process process;
    pid_t outside, servers[2];

    (void)stage;
    need_network();
    outside = make_outside();
    process = start_at_bridge("-p", "8080:80");
    servers[0] =
        serve(container_of(&process), SOCK_STREAM, "0.0.0.0", 80, token);
    servers[1] =
        serve(container_of(&process), SOCK_STREAM, "0.0.0.0", 81, token);
    must("nsenter -t %d -n ip route add 10.213.0.0/24 via 192.0.2.1",
         (int)outside);
    expect_answer(token, HERE, "10.213.0.2", 81);
    expect_answer(token, outside, "192.0.2.1", 8080);
    expect_silence(token, outside, "10.213.0.2", 81);
    expect_silence(token, outside, "10.213.0.2", 80);
    end_process(servers[0]);
    end_process(servers[1]);
    end_container(&process);
    end_outside(outside);
}

/* What listens on the host's 127.0.0.1 is not for containers, though packets
 * from there are let into the bridge. */
static void loopback_of_host(int stage)
{
    char *token = make_token();
    struct process process;
    pid_t container, server;

    (void)stage;
    need_network();
    process = start_at_bridge("-p", "8080:80");
    container = container_of(&process);
    server = serve(HERE, SOCK_STREAM, "127.0.0.1", 7000, token);
    expect_answer(token, HERE, "127.0.0.1", 7000);
    must("nsenter -t %d -n sh -c 'ip addr del 127.0.0.1/8 dev lo; "
         "ip addr add 127.9.9.9/32 dev lo; "
         "sysctl -q net.ipv4.conf.eth0.route_localnet=1; "
         "ip route add 127.0.0.1/32 via 10.213.0.1 src 10.213.0.2'",
         (int)container);
    expect_silence(token, container, "127.0.0.1", 7000);
    end_process(server);
    end_container(&process);
    expect_no_network();
}

/* The world sees the host's address. */
static void way_out(int stage)
{
    char *token = make_token();
    struct process process;
    pid_t outside, server;

    (void)stage;
    need_network();
    outside = make_outside();
    server = serve(outside, SOCK_STREAM, "0.0.0.0", 7000, token);
    process = start_at_bridge(NULL, NULL);
    expect_answer(format_text("%s 192.0.2.1\n", token), container_of(&process),
                  "192.0.2.2", 7000);
    end_container(&process);
    process = start_stage_8(NULL); /* --network none */
    ck_assert_str_eq(fetch(container_of(&process), "192.0.2.2", 7000),
                     "error ENETUNREACH");
    end_container(&process);
    end_process(server);
    end_outside(outside);
}

static void expect_port_taken(const char *port, const char *named)
{
    struct result result = run_stage(8, "--network", "bridge", "-p", port, "--",
                                     "echo", "it ran", NULL);

    expect_status(result, 125);
    ck_assert_str_eq(result.out, "");
    expect_text("stderr", result.err, named);
}

static void port_in_use(int stage)
{
    struct process process;
    pid_t server;

    (void)stage;
    need_network();
    server = serve(HERE, SOCK_STREAM, "127.0.0.1", 8080, "token");
    expect_port_taken("8080:80", "-p 8080:80: take tcp port 8080 of 0.0.0.0: "
                                 "Address already in use (EADDRINUSE)");
    expect_port_taken("127.0.0.1:8080:80", "tcp port 8080 of 127.0.0.1");
    expect_port_taken("192.0.2.77:81:80", "EADDRNOTAVAIL");
    end_process(server);
    process = start_at_bridge("-p", "8080:80");
    expect_port_taken("8080:81", "tcp port 8080");
    expect_status(
        run_stage(8, "--network", "bridge", "-p", "8080:80/udp", "true", NULL),
        0);
    end_container(&process);
    expect_status(
        run_stage(8, "--network", "bridge", "-p", "8080:80", "true", NULL), 0);
    expect_no_network();
}

/* In a container: /etc/FILE. */
static char *etc_file(const char *file, const char *flag, const char *value)
{
    struct how how = {
        .flags = {"--network", "bridge", "--hostname", "box", flag, value}};
    struct result result = run_stage_so(8, &how, "--", "cat", file, NULL);

    expect_status(result, 0);
    return result.out;
}

static void etc_files(int stage)
{
    static const char file[] = "/etc/resolv.conf";
    char *text;

    (void)stage;
    need_network();
    text = etc_file("/etc/hosts", "--add-host", "friend:192.0.2.9");
    expect_text("hosts", text, "127.0.0.1\tlocalhost\n");
    expect_text("hosts", text, "10.213.0.2\tbox\n");
    expect_text("hosts", text, "192.0.2.9\tfriend\n");
    text = etc_file("/etc/hosts", "--add-host", "host:host-gateway");
    expect_text("hosts", text, "10.213.0.1\thost\n");
    put_file("resolv.conf",
             "search example.org\nnameserver 127.0.0.53\nnameserver ::1\n"
             "nameserver 192.0.2.53\n");
    must("mount --bind resolv.conf %s", file);
    ck_assert_str_eq(etc_file(file, NULL, NULL),
                     "search example.org\nnameserver 192.0.2.53\n");
    ck_assert_str_eq(etc_file(file, "--dns", "192.0.2.99"),
                     "search example.org\nnameserver 192.0.2.99\n");
    /* docker's form needs no --network for what only a bridge has */
    ck_assert_str_eq(run_stage(8, "run", "--rm", "--rootfs", "rootfs",
                               "--dns-search", "a.test", "--dns-search",
                               "b.test", "cat", file, NULL)
                         .out,
                     "nameserver 192.0.2.53\nsearch a.test b.test\n");
    put_file("resolv.conf", "nameserver 127.0.0.1\n");
    ck_assert_str_eq(etc_file(file, NULL, NULL),
                     "nameserver 8.8.8.8\nnameserver 8.8.4.4\n");
    must("umount %s", file);
    unlink("resolv.conf");
    expect_no_network();
}

/* A killed runtime leaves the bridge; any next start takes it away, but not
 * under those that live. */
static void network_of_dead_runtime(int stage)
{
    struct process dead, living;
    char *token = make_token();
    pid_t server;

    (void)stage;
    need_network();
    dead = start_at_bridge("-p", "8080:80");
    living = start_at_bridge("-p", "8081:80");
    end_now(&dead);
    server = serve(container_of(&living), SOCK_STREAM, "0.0.0.0", 80, token);
    expect_status(run_stage(8, "true", NULL), 0);
    expect_no_text("the rules", host_command(NULL, "nft list ruleset"), "8080");
    expect_answer(token, HERE, "127.0.0.1", 8081);
    end_process(server);
    end_now(&living);
    expect_text("the links", read_file("/proc/net/dev"), "toy-docker0");
    expect_status(run_stage(8, "true", NULL), 0);
    expect_no_network();
    dead = start_at_bridge("-p", "8080:80");
    end_now(&dead);
    expect_status(
        run_stage(8, "--network", "bridge", "-p", "8080:80", "true", NULL), 0);
    expect_no_network();
}

static bool is_clean_after_a_start(void)
{
    expect_status(run_stage(8, "true", NULL), 0);
    return !strstr(read_file("/proc/net/dev"), "toy-") &&
           !strstr(host_command(NULL, "nft list tables"), "toy-docker") &&
           strcmp(folder_text("/run/toy-docker"), "") == 0;
}

/* From before the first instruction to after the command's start. */
static void network_killed_at_any_moment(int stage)
{
    const int moments = moments_of(16);
    struct process process;
    double start;

    (void)stage;
    need_network();
    start = now();
    process = start_at_bridge("-p", "8080:80");
    start = now() - start;
    end_now(&process);
    ck_assert(within(5, is_clean_after_a_start()));
    for (int i = 0; i < moments; i++) {
        process = start_stage(8, NULL, "--network", "bridge", "-p", "8080:80",
                              "--", "sleep", "60", NULL);
        usleep((useconds_t)(1.2 * start * i / moments * 1e6));
        end_now(&process);
        ck_assert_msg(
            within(5, is_clean_after_a_start()), "moment %d: now there: %s%s",
            i, read_file("/proc/net/dev"), folder_text("/run/toy-docker"));
        expect_status(run_stage(8, "--network", "bridge", "-p", "8080:80", "--",
                                "true", NULL),
                      0);
    }
    expect_no_network();
}

/* make clean-host does the same, and leaves the living alone. */
static void network_cleaned(int stage)
{
    struct process dead, living;
    pid_t first;
    char *command = format_text("%s/scripts/clean-host.sh", top_folder);
    char *text;
    int status;

    (void)stage;
    need_network();
    dead = start_at_bridge("-p", "8080:80");
    living = start_at_bridge("-p", "8081:80");
    first = container_of(&dead);
    end_now(&dead);
    ck_assert(within(5, kill(first, 0) == -1)); /* or its group is in use */
    text = host_command(&status, "DRY=1 '%s'", command);
    expect_text("the plan", text, "would remove: network ");
    text = host_command(&status, "'%s'", command);
    ck_assert_msg(status == 0, "clean-host: %s", text);
    ck_assert_int_eq(count_text(text, "removed: network "), 1);
    ck_assert_int_eq(count_text(text, "in use: network "), 1);
    expect_text("the links", read_file("/proc/net/dev"), "toy-veth3");
    first = container_of(&living);
    end_now(&living);
    ck_assert(within(5, kill(first, 0) == -1));
    text = host_command(&status, "'%s'", command);
    ck_assert_msg(status == 0, "clean-host: %s", text);
    expect_text("what it says", text, "removed: link toy-docker0");
    expect_no_network();
    ck_assert_str_eq(folder_text("/run/toy-docker"), "");
}

/* Rules and links of others are as they were. */
static void rules_of_others(int stage)
{
    struct process process;
    char *before, *link;

    (void)stage;
    need_network();
    must("nft 'table ip nat { chain DOCKER { counter; }; chain POSTROUTING { "
         "type nat hook postrouting priority 100; ip saddr 172.17.0.0/16 "
         "masquerade; }; }; table ip filter { chain FORWARD { type filter hook "
         "forward priority 0; policy drop; }; }'");
    must("ip link add docker0 type bridge && ip link set docker0 up && "
         "ip addr add 172.17.0.1/16 dev docker0");
    before = host_command(NULL, "nft list ruleset");
    /* while its addresses are probed for duplicates, more is said */
    ck_assert(within(5, (link = host_command(NULL, "ip addr show docker0"),
                         !strstr(link, "tentative"))));
    process = start_at_bridge("-p", "8080:80");
    expect_text("the rules", host_command(NULL, "nft list ruleset"), before);
    expect_text("stderr", errors_of(&process), "other rules");
    end_container(&process);
    ck_assert_str_eq(host_command(NULL, "nft list ruleset"), before);
    ck_assert_str_eq(host_command(NULL, "ip addr show docker0"), link);
    must("nft add rule ip filter FORWARD iifname toy-docker0 accept");
    process = start_at_bridge(NULL, NULL);
    ck_assert_str_eq(errors_of(&process), "");
    end_container(&process);
    must("nft flush ruleset; ip link del docker0");
}

/* Networks that the host has already, as in an office with 10.0.0.0/8. */
static void network_in_use(int stage)
{
    struct process process;
    struct result result;

    (void)stage;
    need_network();
    must("ip link add office0 type bridge && ip link set office0 up && "
         "ip addr add 10.1.2.3/8 dev office0");
    process = start_at_bridge(NULL, NULL);
    ck_assert_str_eq(own_address(container_of(&process)), "172.29.213.2");
    end_container(&process);
    must("ip route add 172.16.0.0/12 dev office0 && "
         "ip route add 192.168.213.128/25 dev office0");
    result = run_stage(8, "--network", "bridge", "true", NULL);
    expect_status(result, 125);
    expect_text("stderr", result.err, "this machine has routes into each of");
    must("ip link del office0");
    expect_no_network();
}

/* ---- joining another container's network ---------------------------------------------- */

static void network_of_container(int stage)
{
    char *id = format_text("check-%s", make_token());
    char *mode = format_text("container:%s", id);
    struct how how = {.flags = {"--network", mode}};
    struct process process;
    struct result result;
    char *pid;

    (void)stage;
    need_cgroups();
    result = run_stage(8, "--network", mode, "true", NULL);
    expect_status(result, 125);
    expect_text("stderr", result.err, "it does not exist");
    make_bundle(forever, NULL);
    expect_status(run_stage(8, "create", "--bundle", "bundle", "--pid-file",
                            "pid", id, NULL),
                  0);
    pid = read_file("pid");
    expect_status(run_stage(8, "start", id, NULL), 0);
    process = start_stage_8(&how);
    ck_assert_int_eq(namespace_of(container_of(&process), "net"),
                     namespace_of(atoi(pid), "net"));
    ck_assert_int_ne(namespace_of(atoi(pid), "net"),
                     namespace_of(getpid(), "net"));
    end_container(&process);
    expect_status(run_stage(8, "kill", id, "KILL", NULL), 0);
    ck_assert(within(5, !is_alive(atoi(pid))));
    result = run_stage(8, "--network", mode, "true", NULL);
    expect_status(result, 125);
    expect_text("stderr", result.err, "it is not running");
    expect_status(run_stage(8, "delete", id, NULL), 0);
    unlink("pid");
    remove_bundle();
}

/* ---- rates -------------------------------------------------------------------------------- */

/* Seconds that a stream of `size` bytes takes from one to the other. */
static double time_stream(pid_t from, pid_t to, const char *address,
                          size_t size)
{
    struct sockaddr_in own = address_of("0.0.0.0", 7000);
    struct sockaddr_in far = address_of(address, 7000);
    static char data[65536];
    size_t left = size;
    ssize_t got;
    double start;
    int ready[2], server, client, one = 1;
    pid_t sender, receiver;
    int status;

    ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
    receiver = fork_here();
    if (receiver == 0) {
        enter_network_of(to);
        server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
        if (bind(server, (struct sockaddr *)&own, sizeof(own)) == -1 ||
            listen(server, 1) == -1 || write(ready[1], "", 1) != 1)
            _exit(1);
        client = accept(server, NULL, NULL);
        while (left && (got = read(client, data, sizeof(data))) > 0)
            left -= (size_t)got;
        _exit(left == 0 ? 0 : 1);
    }
    ck_assert_int_eq(read(ready[0], data, 1), 1);
    start = now();
    sender = fork_here();
    if (sender == 0) {
        enter_network_of(from);
        client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(client, (struct sockaddr *)&far, sizeof(far)) == -1)
            _exit(1);
        while (left &&
               (got = write(client, data,
                            left < sizeof(data) ? left : sizeof(data))) > 0)
            left -= (size_t)got;
        _exit(left == 0 ? 0 : 1);
    }
    waitpid(receiver, &status, 0);
    ck_assert_int_eq(status, 0);
    waitpid(sender, &status, 0);
    ck_assert_int_eq(status, 0);
    close(ready[0]);
    close(ready[1]);
    return now() - start;
}

/* A queue lets nothing through sooner than it may: a slow machine makes it
 * later, and the check pass. 600 KB at 1 MB a second, of which the bucket
 * holds 32 KB. */
static void network_rate(int stage)
{
    struct process process;
    struct result result;
    pid_t container;
    char *address;
    double seconds;

    (void)stage;
    need_network();
    if (strstr(host_command(NULL, "tc qdisc add dev lo root tbf rate 8mbit "
                                  "burst 32k latency 50ms; tc qdisc del dev "
                                  "lo root"),
               "rror"))
        skip("no tbf in this kernel");
    process = start_at_bridge("--network-rate", "8mbit");
    container = container_of(&process);
    address = own_address(container);
    seconds = time_stream(HERE, container, address, 600000);
    ck_assert_msg(seconds > 0.5, "600 KB into it took %.3f s", seconds);
    seconds = time_stream(container, HERE, "10.213.0.1", 600000);
    ck_assert_msg(seconds > 0.5, "600 KB out of it took %.3f s", seconds);
    end_container(&process);
    result = run_stage(8, "--network", "bridge", "--network-rate", "1mbit",
                       "--cap-add", "NET_ADMIN", "true", NULL);
    expect_status(result, 125);
    expect_text("stderr", result.err, "can remove its limit");
    process = start_at_bridge("--network-rate", "1gbit");
    container = container_of(&process);
    expect_text("tc", host_command(NULL, "tc qdisc show dev toy-veth2"),
                "rate 1Gbit");
    expect_text("tc",
                host_command(NULL, "nsenter -t %d -n tc qdisc show dev eth0",
                             (int)container),
                "rate 1Gbit");
    end_container(&process);
    expect_no_network();
}

/* ---- what is refused ------------------------------------------------------------------------- */

static const struct {
    const char *flag, *value;
} wrong_flags[] = {
    {"--network", "bridges"},
    {"--network", ""},
    {"--network", "container:"},
    {"--network", "container:../x"},
    {"-p", "80"},
    {"-p", "8080:"},
    {"-p", ":80"},
    {"-p", "127.0.0.1::80"},
    {"-p", "0:80"},
    {"-p", "80-81"},
    {"-p", "8081-8080:81-80"},
    {"-p", "8080-:80-"},
    {"-p", "8080-8081:80-82"},
    {"-p", "8080-8081-8082:80-82"},
    {"-p", "65535-65536:80-81"},
    {"-p", "65536:80"},
    {"-p", "8080:80/sctp"},
    {"-p", "8080-8090:80"},
    {"-p", "8080:80:80:80"},
    {"-p", "x:8080:80"},
    {"-p", " 8080:80"},
    {"-p", "8080:80; drop"},
    {"-p", "[::1]:8080:80"},
    {"--dns", "one.one.one.one"},
    {"--add-host", "name"},
    {"--add-host", ":1.2.3.4"},
    {"--add-host", "a b:1.2.3.4"},
    {"--add-host", "name:1.2.3"},
    {"--network-rate", "10"},
    {"--network-rate", "10mb"},
    {"--network-rate", "-1mbit"},
    {"--network-rate", "0mbit"},
    {"--network-rate", "nanmbit"},
    {"--network-rate", "100gbit"},
};

static void wrong_network_flags(int stage)
{
    static const char *const alone[][2] = {
        {"-p", "8080:80"},
        {"--dns", "192.0.2.1"},
        {"--add-host", "name:192.0.2.1"},
        {"--network-rate", "10mbit"},
    };

    (void)stage;
    for (size_t i = 0; i < sizeof(wrong_flags) / sizeof(*wrong_flags); i++) {
        struct result result =
            run_stage(8, "--network", "bridge", wrong_flags[i].flag,
                      wrong_flags[i].value, "--", "echo", "it ran", NULL);

        ck_assert_msg(result.status == 125 && !*result.out,
                      "%s \"%s\": status %d", wrong_flags[i].flag,
                      wrong_flags[i].value, result.status);
        expect_text("stderr", result.err,
                    wrong_flags[i].flag[1] == 'p' ? "publish"
                                                  : wrong_flags[i].flag);
    }
    for (size_t i = 0; i < sizeof(alone) / sizeof(*alone); i++) {
        struct result result = run_stage(8, alone[i][0], alone[i][1], "--",
                                         "echo", "it ran", NULL);

        expect_status(result, 125);
        expect_text("stderr", result.err, "needs --network bridge");
    }
}

/* Without nft there is no way in or out, and nothing stays. */
static void nft_missing(int stage)
{
    struct how how = {.environment = "PATH=/nowhere"};
    struct result result;

    (void)stage;
    need_network();
    put_file("empty", "");
    must("mount --bind empty $(readlink -f /usr/sbin/nft)");
    result = run_stage_so(8, &how, "--network", "bridge", "true", NULL);
    must("umount $(readlink -f /usr/sbin/nft)");
    unlink("empty");
    expect_status(result, 125);
    expect_text("stderr", result.err, "nft: make the table toy-docker");
    expect_no_network();
}

const struct check network_checks[] = {
    {"bridge_network", 8, 8, bridge_network},
    {"several_at_the_bridge", 8, 8, several_at_the_bridge},
    {"published_port", 8, 8, published_port},
    {"published_ranges", 8, 8, published_ranges},
    {"published_udp_port", 8, 8, published_udp_port},
    {"port_of_one_address", 8, 8, port_of_one_address},
    {"port_not_published", 8, 8, port_not_published},
    {"loopback_of_host", 8, 8, loopback_of_host},
    {"way_out", 8, 8, way_out},
    {"port_in_use", 8, 8, port_in_use},
    {"etc_files", 8, 8, etc_files},
    {"network_of_dead_runtime", 8, 8, network_of_dead_runtime},
    {"network_killed_at_any_moment", 8, 8, network_killed_at_any_moment},
    {"network_cleaned", 8, 8, network_cleaned},
    {"rules_of_others", 8, 8, rules_of_others},
    {"network_in_use", 8, 8, network_in_use},
    {"network_of_container", 8, 8, network_of_container},
    {"network_rate", 8, 8, network_rate},
    {"wrong_network_flags", 8, 8, wrong_network_flags},
    {"nft_missing", 8, 8, nft_missing},
    {.name = NULL},
};
