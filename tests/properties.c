/*
 * properties.c - the attacks, and what the host sees of them.
 *
 * The attacks are the programs of each stage's attack.c. That one of them
 * claims to have worked proves nothing here; the host looks.
 */
#include "properties.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/common.h"
#include "host.h"
#include "look.h"
#include "run.h"
#include "suite.h"

/* An attack must have run: one that could not start has not been stopped. */
static void expect_tried(struct result result)
{
    if (result.status != 0 && result.status != 1)
        ck_abort_msg("the attack did not run: status %d, stdout: %.2000s "
                     "stderr: %.2000s",
                     result.status, result.out, result.err);
}

static enum outcome leaks_if(bool leaks)
{
    return leaks ? LEAKS : HOLDS;
}

/* ---- stage 1: the name ------------------------------------------------------ */

static enum outcome rename_host(int stage)
{
    char *token = make_token();
    struct process attack =
        start_attack(stage, NULL, "attack-1", token, "60", NULL);
    char name[256] = "";

    within(10, *output_of(&attack) || !is_alive(attack.pid));
    if (!*output_of(&attack))
        ck_abort_msg("the attack did not run: %s", errors_of(&attack));
    gethostname(name, sizeof(name) - 1);
    if (strstr(output_of(&attack), "renamed"))
        kill(container_of(&attack), SIGKILL);
    finish(&attack);
    return leaks_if(strcmp(name, token) == 0);
}

/* ---- stage 2: IPC ------------------------------------------------------------- */

struct message {
    long type;
    char text[64];
};

static enum outcome read_queue(int stage)
{
    struct message message = {.type = 1};
    char *token = make_token();
    int queue = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
    struct result result;

    snprintf(message.text, sizeof(message.text), "%s", token);
    if (queue == -1 || msgsnd(queue, &message, strlen(token), 0) == -1)
        ck_abort_msg("make a queue: %s", strerror(errno));
    result = run_attack(stage, NULL, "attack-2", "queue", NULL);
    expect_tried(result);
    msgctl(queue, IPC_RMID, NULL);
    return leaks_if(strstr(result.out, token) != NULL);
}

static enum outcome read_memory(int stage)
{
    char *token = make_token();
    int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    char *memory = id == -1 ? NULL : shmat(id, NULL, 0);
    struct result result;

    if (!memory || memory == (char *)-1)
        ck_abort_msg("make shared memory: %s", strerror(errno));
    memcpy(memory, token, strlen(token) + 1);
    result = run_attack(stage, NULL, "attack-2", "memory", NULL);
    expect_tried(result);
    shmdt(memory);
    shmctl(id, IPC_RMID, NULL);
    return leaks_if(strstr(result.out, token) != NULL);
}

static enum outcome read_posix_queue(int stage)
{
    struct mq_attr attributes = {.mq_maxmsg = 1, .mq_msgsize = 64};
    char *token = make_token();
    char *name = format_text("/check-%s", make_token());
    mqd_t queue = mq_open(name, O_RDWR | O_CREAT, 0600, &attributes);
    struct result result;

    if (queue == (mqd_t)-1)
        skip("mq_open: %s", strerror(errno));
    ck_assert_int_eq(mq_send(queue, token, strlen(token), 0), 0);
    result = run_attack(stage, NULL, "attack-2", "posix", name, NULL);
    expect_tried(result);
    mq_close(queue);
    mq_unlink(name);
    return leaks_if(strstr(result.out, token) != NULL);
}

/* ---- stage 3: signals ----------------------------------------------------------- */

static enum outcome kill_process(int stage)
{
    pid_t victim = fork();
    struct result result;
    bool killed;

    if (victim == 0) {
        pause();
        _exit(0);
    }
    /* far from the small numbers that a new PID namespace hands out */
    result = run_attack(stage, NULL, "attack-3", format_text("%d", (int)victim),
                        NULL);
    expect_tried(result);
    killed = within(0.3, waitpid(victim, NULL, WNOHANG) == victim);
    if (!killed) {
        kill(victim, SIGKILL);
        waitpid(victim, NULL, 0);
    }
    return leaks_if(killed);
}

/* ---- stage 4: /proc and mounts -------------------------------------------------- */

static enum outcome see_processes(int stage)
{
    char *token = make_token();
    pid_t witness = fork();
    struct result result;

    if (witness == 0) {
        execlp("sleep", token, "60", NULL);
        _exit(127);
    }
    ck_assert(within(5, find_process(token) == witness));
    result = run_attack(stage, NULL, "attack-4", "processes", NULL);
    expect_tried(result);
    kill(witness, SIGKILL);
    waitpid(witness, NULL, 0);
    return leaks_if(strstr(result.out, token) != NULL);
}

static enum outcome mount_on_host(int stage)
{
    char *token = make_token();
    const char *folder = stage >= 6 ? "/mnt" : scratch_folder;
    struct process attack = start_attack(stage, NULL, "attack-4", "mount",
                                         folder, token, "60", NULL);
    bool seen;

    within(10, *output_of(&attack) || !is_alive(attack.pid));
    if (!*output_of(&attack))
        ck_abort_msg("the attack did not run: %s", errors_of(&attack));
    seen = strstr(read_proc(getpid(), "mountinfo"), token) != NULL;
    if (strstr(output_of(&attack), "mounted"))
        kill(container_of(&attack), SIGKILL);
    expect_tried((struct result){
        finish(&attack).status == 128 + SIGKILL ? 0 : 1, "", ""});
    return leaks_if(seen);
}

/* ---- stage 5: files and the environment ------------------------------------------ */

static enum outcome read_file_of_host(int stage)
{
    char *token = make_token();
    char *path = format_text("%s/secret", scratch_folder);
    struct result result;

    put_file(path, token);
    result = run_attack(stage, NULL, "attack-5", "read", path, NULL);
    expect_tried(result);
    unlink(path);
    return leaks_if(strstr(result.out, token) != NULL);
}

static enum outcome write_file_of_host(int stage)
{
    char *token = make_token();
    char *path = format_text("%s/precious", scratch_folder);
    struct result result;
    char *content;

    put_file(path, "precious");
    result = run_attack(stage, NULL, "attack-5", "write", path, token, NULL);
    expect_tried(result);
    content = read_file(path);
    unlink(path);
    return leaks_if(content && strstr(content, token));
}

static enum outcome read_environment(int stage)
{
    char *token = make_token();
    struct how how = {.environment = format_text("SECRET=%s", token)};
    struct result result =
        run_attack(stage, &how, "attack-5", "environment", NULL);

    expect_tried(result);
    return leaks_if(strstr(result.out, token) != NULL);
}

static enum outcome break_out(int stage)
{
    char *token = make_token();
    char *path = format_text("%s/secret", scratch_folder);
    struct result result;

    put_file(path, token);
    result = run_attack(stage, NULL, "breakout", path, NULL);
    expect_tried(result);
    unlink(path);
    return leaks_if(strstr(result.out, token) != NULL);
}

/* ---- stage 6: resources ------------------------------------------------------------ */

static struct how limited(int stage, const char *flag, const char *value)
{
    struct how how = {.user = 0};

    if (stage < 7)
        return how;
    need_cgroups();
    how.flags[0] = flag;
    how.flags[1] = value;
    return how;
}

/* The host counts while the bomb is held, and must be able to fork itself. */
static enum outcome fork_bomb(int stage)
{
    struct how how = limited(stage, "--pids", "32");
    struct process attack =
        start_attack(stage, &how, "attack-6", "forks", "150", "60", NULL);
    size_t count;
    pid_t child;

    expect(&attack, "holding");
    count = count_processes("attack-6");
    child = fork();
    if (child == 0)
        _exit(7);
    ck_assert_msg(child > 0 && waitpid(child, NULL, 0) == child,
                  "the host cannot fork: %s", strerror(errno));
    kill(container_of(&attack), SIGKILL);
    finish(&attack);
    if (stage < 4) /* no PID namespace to end them with the first one */
        within(5, count_processes("attack-6") == 0);
    /* the stage itself has the name in its arguments, too */
    ck_assert_msg(count >= 20, "only %zu processes were made", count);
    return leaks_if(count > 150);
}

static enum outcome use_memory(int stage)
{
    struct how how = limited(stage, "--memory", "64M");
    struct process attack =
        start_attack(stage, &how, "attack-6", "memory", "160", "60", NULL);
    bool held = within(20, strstr(output_of(&attack), "holding") ||
                               !is_alive(attack.pid));
    bool leaks = false;

    ck_assert(held);
    if (is_alive(attack.pid)) {
        pid_t hog = container_of(&attack);

        leaks = atol(status_field(hog, "VmRSS")) >= 160 * 1024;
        kill(hog, SIGKILL);
    }
    expect_status(finish(&attack), 128 + SIGKILL);
    return leaks_if(leaks);
}

/* From now on the process runs on the CPU that we are on, and so do we. */
static void share_a_cpu(pid_t pid)
{
    cpu_set_t cpus;

    CPU_ZERO(&cpus);
    CPU_SET((size_t)sched_getcpu(), &cpus);
    if (sched_setaffinity(pid, sizeof(cpus), &cpus) == -1 ||
        sched_setaffinity(0, sizeof(cpus), &cpus) == -1)
        ck_abort_msg("sched_setaffinity: %s", strerror(errno));
}

/* A loop that never rests, for comparison. */
static pid_t start_control(void)
{
    pid_t control = fork();

    if (control == 0)
        for (;;)
            ;
    return control;
}

/* The loop of the container beside one of the host on the same CPU: a free one
 * gets as much as that, however busy the machine is; a limited one 2 %. On a busy
 * machine it takes longer until the host's has had enough to compare with. */
static enum outcome use_cpu(int stage)
{
    struct how how = limited(stage, "--cpus", "0.02");
    struct process attack =
        start_attack(stage, &how, "attack-6", "cpu", "60", NULL);
    double used, free_share = 0;
    pid_t loop, control;

    expect(&attack, "holding");
    loop = container_of(&attack);
    share_a_cpu(loop);
    control = start_control();
    used = cpu_time(loop);
    ck_assert(within(20, (free_share = cpu_time(control)) > 0.7));
    used = cpu_time(loop) - used;
    kill(loop, SIGKILL);
    kill(control, SIGKILL);
    waitpid(control, NULL, 0);
    finish(&attack);
    return leaks_if(used > free_share / 2);
}

static enum outcome outlive_parent(int stage)
{
    char *token = make_token();
    struct process process;
    pid_t container;
    bool lives;

    if (stage >= 7)
        need_cgroups();
    process = start_script(
        stage, NULL, format_text(": %s; while :; do sleep 1; done", token));
    container = container_of(&process);
    end_now(&process);
    /* long enough for the kernel, whose work it is, if it does it at all */
    lives = !within(0.5, !is_alive(container));
    if (lives)
        kill(container, SIGKILL);
    else if (stage >= 7) /* the next one removes what this one left */
        expect_status(run_stage(stage, "--", "true", NULL), 0);
    return leaks_if(lives);
}

/* ---- stage 7: the machine ----------------------------------------------------------- */

/*
 * A disk of the host, for this check: a loop device on a file that holds
 * `token` throughout. It vanishes with the descriptor returned. (The true
 * disk may be out of reach even for root, as it is in some virtual machines.)
 */
static int make_disk(const char *token, dev_t *device)
{
    int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    int file = memfd_create("disk", MFD_CLOEXEC);
    struct loop_config config = {.fd = (unsigned)file,
                                 .info = {.lo_flags = LO_FLAGS_AUTOCLEAR}};
    struct stat status;

    for (int i = 0; i < 4096; i++)
        if (dprintf(file, "%s", token) < 0)
            skip("make a disk: %s", strerror(errno));
    for (int i = 0; i < 10; i++) { /* others may take the free one first */
        int number = ioctl(control, LOOP_CTL_GET_FREE);
        int fd = open(format_text("/dev/loop%d", number), O_RDWR | O_CLOEXEC);

        if (fd != -1 && ioctl(fd, LOOP_CONFIGURE, &config) == 0 &&
            fstat(fd, &status) == 0) {
            *device = status.st_rdev;
            return fd;
        }
        close(fd);
    }
    skip("no loop device to be the host's disk: %s", strerror(errno));
}

static char *hexadecimal(const char *text)
{
    char *digits = format_text("%s", "");

    for (; *text; text++)
        digits = format_text("%s%02x", digits, (unsigned char)*text);
    return digits;
}

static enum outcome read_disk(int stage)
{
    char *token = make_token();
    struct result result;
    dev_t device;
    int disk;

    if (stage >= 7)
        need_cgroups();
    disk = make_disk(token, &device);
    result = run_attack(stage, NULL, "attack-7", "disk",
                        format_text("%u:%u", major(device), minor(device)),
                        "1024", NULL);
    close(disk);
    expect_tried(result);
    return leaks_if(strstr(result.out, hexadecimal(token)) != NULL);
}

/* The newest record of the kernel's log of some length, as the host reads
 * it. */
static char *sample_kernel_log(void)
{
    int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    char record[8192];
    char *sample = NULL;
    ssize_t size;

    if (fd == -1)
        skip("the host itself cannot open /dev/kmsg: %s", strerror(errno));
    /* EPIPE: the record was overwritten; the next one is there */
    while ((size = read(fd, record, sizeof(record) - 1)) > 0 ||
           (size == -1 && errno == EPIPE)) {
        char *text;

        record[size > 0 ? size : 0] = '\0';
        record[strcspn(record, "\n")] = '\0';
        text = strchr(record, ';');
        if (text && strlen(text) > 20)
            sample = format_text("%s", text + 1);
    }
    close(fd);
    if (!sample)
        skip("the kernel's log is empty");
    return sample;
}

static enum outcome read_kernel_log(int stage)
{
    char *sample = sample_kernel_log();
    struct result result;

    if (stage >= 7)
        need_cgroups();
    result = run_attack(stage, NULL, "attack-7", "kernel-log", NULL);
    expect_tried(result);
    return leaks_if(strstr(result.out, sample) != NULL);
}

/* A server on the host's loopback that says `token` to the first caller. */
static int listen_on_loopback(int *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd == -1 ||
        bind(fd, (struct sockaddr *)&address, sizeof(address)) == -1 ||
        listen(fd, 1) == -1 ||
        getsockname(fd, (struct sockaddr *)&address, &size) == -1)
        ck_abort_msg("listen on the loopback: %s", strerror(errno));
    *port = ntohs(address.sin_port);
    return fd;
}

static enum outcome use_network(int stage)
{
    char *token = make_token();
    int port, fd = listen_on_loopback(&port);
    pid_t server = fork();
    struct result result;

    if (server == 0) {
        int caller = accept(fd, NULL, NULL);

        _exit(caller == -1 || write(caller, token, strlen(token)) == -1);
    }
    if (stage >= 7)
        need_cgroups();
    result = run_attack(stage, NULL, "attack-7", "network",
                        format_text("%d", port), NULL);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    close(fd);
    expect_tried(result);
    return leaks_if(strstr(result.out, token) != NULL);
}

static bool has_capability(pid_t pid, int number)
{
    unsigned long long set = strtoull(status_field(pid, "CapEff"), NULL, 16);

    return set >> number & 1;
}

/* The kernel takes modules from whoever has CAP_SYS_MODULE: the host looks
 * for it. Where it has modules at all, the attack must come to the same. */
static enum outcome load_module(int stage)
{
    enum { CAPABILITY_SYS_MODULE = 16 };
    struct process process;
    struct result result;
    bool leaks;

    if (!has_capability(getpid(), CAPABILITY_SYS_MODULE))
        skip("the host itself has no CAP_SYS_MODULE");
    if (stage >= 7)
        need_cgroups();
    process = start_script(stage, NULL, "while :; do sleep 1; done");
    leaks = has_capability(container_of(&process), CAPABILITY_SYS_MODULE);
    kill(container_of(&process), SIGKILL);
    finish(&process);

    result = run_attack(stage, NULL, "attack-7", "module", NULL);
    if (result.status == 2)
        note("the kernel has no modules: judged by CAP_SYS_MODULE alone");
    else
        ck_assert_int_eq(result.status, leaks ? 0 : 1);
    return leaks_if(leaks);
}

/* A timer that is cancelled when somebody sets the clock. */
static enum outcome set_clock(int stage)
{
    struct itimerspec far = {.it_value = {.tv_sec = 1L << 40}};
    int timer = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    struct result result;
    unsigned long long count;

    if (timer == -1 ||
        timerfd_settime(timer, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET,
                        &far, NULL) == -1)
        ck_abort_msg("timerfd: %s", strerror(errno));
    if (stage >= 7)
        need_cgroups();
    result = run_attack(stage, NULL, "attack-7", "clock", NULL);
    expect_tried(result);
    if (read(timer, &count, sizeof(count)) == -1 && errno == ECANCELED)
        return LEAKS;
    return HOLDS;
}

static enum outcome use_descriptor(int stage)
{
    char *token = make_token();
    char *path = format_text("%s/secret", scratch_folder);
    struct how how = {.descriptor = open("/", O_PATH | O_DIRECTORY)};
    struct result result;

    put_file(path, token);
    if (stage >= 7)
        need_cgroups();
    result = run_attack(stage, &how, "attack-7", "descriptor", path, NULL);
    expect_tried(result);
    unlink(path);
    return leaks_if(strstr(result.out, token) != NULL);
}

const struct property properties[] = {
    {"rename_host", "rename the host", 2, rename_host},
    {"read_queue", "read the host's System V queue", 3, read_queue},
    {"read_memory", "read the host's shared memory", 3, read_memory},
    {"read_posix_queue", "read the host's POSIX queue", 3, read_posix_queue},
    {"kill_process", "kill a process of the host", 4, kill_process},
    {"see_processes", "see the host's processes in /proc", 5, see_processes},
    {"mount_on_host", "make a mount that the host sees", 5, mount_on_host},
    {"read_file", "read the host's files", 6, read_file_of_host},
    {"write_file", "write the host's files", 6, write_file_of_host},
    {"read_environment", "read the caller's environment", 6, read_environment},
    {"break_out", "leave the root with a second chroot", 6, break_out},
    {"fork_bomb", "fill the host with processes", 7, fork_bomb},
    {"use_memory", "fill the host's memory", 7, use_memory},
    {"use_cpu", "take a whole CPU", 7, use_cpu},
    {"outlive_parent", "live on when the stage is killed", 7, outlive_parent},
    {"read_disk", "read the host's disk by a device node", 8, read_disk},
    {"read_kernel_log", "read the kernel's log", 8, read_kernel_log},
    {"use_network", "talk to a server on the host's loopback", 8, use_network},
    {"load_module", "load a kernel module", 8, load_module},
    {"set_clock", "set the machine's clock", 8, set_clock},
    {"use_descriptor", "read files through an inherited descriptor", 8,
     use_descriptor},
    {.name = NULL},
};
