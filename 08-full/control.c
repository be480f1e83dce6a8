/* control.c - stop, wait, rm: containers that have a record, and their ends. */
#include "control.h"

#include <poll.h>
#include <signal.h>

#include "base.h"
#include "cgroup.h"
#include "client.h"
#include "packets.h"
#include "record.h"
#include "record_config.h"
#include "signals.h"
#include "syscalls.h"
#include "verbs.h"

void require_words(char **words, const char *verb)
{
    if (!words[0])
        fail_plainly(NULL, "%s: the name of a container is missing", verb);
}

struct record *find_records(char **words, const char *data_root, int *status)
{
    struct record *records = allocate(0, sizeof(*records));
    size_t count = 0;

    *status = EXIT_SUCCESS;
    for (; *words; words++) {
        if (find_record(&records[count], data_root, *words)) {
            records[count].word = *words;
            records = add_room(records, ++count, sizeof(*records));
            continue;
        }
        /* the others are not left in the lurch */
        warn("no such container: %.80s\nhint: %s", *words,
             hint_for(data_root, *words));
        *status = EXIT_STAGE_FAILED;
    }
    records[count].id = NULL;
    return records;
}

/* ---- stop ------------------------------------------------------------------------ */

/* No policy starts it again now. */
static void mark_stopped(const struct record *record)
{
    int fd = openat(record->folder, "stopped",
                    O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd == -1)
        warn("cannot write %s/stopped: %s", record->path, strerror(errno));
    else
        close(fd);
}

/* It waits to start the container again, or for a client that does not take the
 * container's last words: that ends now. */
static void wake_monitor(struct record *record)
{
    int pidfd;

    read_status(record);
    pidfd =
        record->status.monitor ? sys_pidfd_open(record->status.monitor) : -1;
    if (pidfd == -1)
        return;
    /* while the lock is held, the number is the monitor's */
    if (!lock_record(record, false))
        sys_pidfd_send_signal(pidfd, SIGTERM);
    else
        unlock_record(record);
    close(pidfd);
}

/* A paused one gets its signals when it goes on. */
static void send_signal(const struct state *state, int pidfd, int number)
{
    struct cgroup cgroup = {0};

    sys_pidfd_send_signal(pidfd, number);
    open_groups(state, &cgroup);
    if (number == SIGKILL)
        let_die(&cgroup);
    else if (is_frozen(&cgroup))
        thaw_cgroup(&cgroup);
    close_cgroup(&cgroup);
}

/* Without end if `seconds` is -1. After SIGKILL it is the caller who tries again:
 * the container may have frozen somebody in between. */
static void stop_process(const struct record *record, const struct state *state,
                         int number, int seconds)
{
    int pidfd = open_state_process(state);
    struct pollfd end = {pidfd, POLLIN, 0};

    if (pidfd == -1)
        return;
    if (number == SIGKILL)
        seconds = 1;
    send_signal(state, pidfd, number);
    if (poll(&end, 1, seconds == -1 ? -1 : seconds * 1000) == 0) {
        explain("%d s are over # SIGKILL for %s", seconds, record->name);
        send_signal(state, pidfd, SIGKILL);
    }
    close(pidfd);
}

static int seconds_of(const struct record *record, int seconds)
{
    int64_t recorded = 10;

    get_integer(record->json, "stopTimeout", -1, 1000000, &recorded);
    return seconds == AS_RECORDED ? (int)recorded : seconds;
}

static void stop_now(struct record *record, int number, int seconds)
{
    struct state state;
    enum record_state how;

    read_status(record);
    how = look_at_record(record, &state);
    if (is_up(how))
        stop_process(record, &state, number, seconds_of(record, seconds));
    else if (how == RECORD_RESTARTING || how == RECORD_DEAD)
        wake_monitor(record);
    if (is_up(how))
        close(state.folder);
}

void stop_container(struct record *record, int number, int seconds)
{
    bool marked = false;

    if (!number)
        number = stop_signal_of(record->json);
    /* until it is written down; one that is only about to start is stopped
     * then, and the folder may be gone at the end */
    while (!lock_record(record, false)) {
        if (!marked)
            mark_stopped(record);
        marked = true;
        stop_now(record, number, seconds);
        usleep(1000);
    }
    unlock_record(record);
}

static const char *parse_seconds(const char *text, void *value)
{
    char *end;
    long seconds = strtol(text, &end, 10);

    *(int *)value = (int)seconds;
    return !*text || *end || seconds < -1 || seconds > 1000000
             ? "seconds, or -1: any time"
             : NULL;
}

char **read_stop_flags(int argc, char **argv, int *number, int *seconds)
{
    const struct flag flags[] = {
        {"time", 't', "SECONDS", "until it is killed (10)", parse_seconds,
         seconds},
        {"timeout", 0, "SECONDS", "the same", parse_seconds, seconds},
        {"signal", 's', "SIGNAL", "which one (the container's)", parse_signal,
         number},
        {0},
    };
    char **words = parse_flags(argc, argv, flags, "");

    require_words(words, argv[0]);
    return words;
}

int stop_verb(int argc, char **argv, const struct globals *globals)
{
    int number = 0, seconds = AS_RECORDED, status;
    char **words = read_stop_flags(argc, argv, &number, &seconds);
    struct record *record = find_records(words, globals->data_root, &status);

    for (; record->id; record++) {
        stop_container(record, number, seconds);
        puts(record->word);
    }
    return status;
}

/* Who is killed by hand is not started again. */
bool kill_container(struct record *record, int number)
{
    struct state state;
    enum record_state how = look_at_record(record, &state);
    int pidfd = is_up(how) ? open_state_process(&state) : -1;

    if (pidfd == -1) {
        warn("cannot kill container %s: it is %s", record->name,
             is_up(how) ? "exited" : record_word(how));
        return false;
    }
    if (number == stop_signal_of(record->json))
        mark_stopped(record);
    /* as docker: who removes it next finds that it has ended */
    if (number == SIGKILL)
        stop_container(record, number, -1);
    else if (sys_pidfd_send_signal(pidfd, number) == -1 && errno != ESRCH)
        fail("send a signal to container %s", record->name);
    close(pidfd);
    close(state.folder);
    return true;
}

/* ---- wait ------------------------------------------------------------------------- */

static int wait_for(struct record *record)
{
    int socket = connect_in(record->folder, attach_socket), exit_status = -1;

    if (socket != -1) {
        exit_status = wait_for_exit(socket);
        close(socket);
    }
    if (exit_status == -1) {
        /* it had ended before, or its monitor was killed */
        lock_record(record, true);
        unlock_record(record);
        read_status(record);
        exit_status =
            record->status.finished ? record->status.exit_status : EXIT_DEAD;
    }
    return exit_status;
}

int wait_verb(int argc, char **argv, const struct globals *globals)
{
    static const struct flag flags[] = {{0}};
    char **words = parse_flags(argc, argv, flags, "");
    struct record *record;
    int status;

    require_words(words, "wait");
    record = find_records(words, globals->data_root, &status);
    for (; record->id; record++)
        printf("%d\n", wait_for(record));
    return status;
}

/* ---- rm ----------------------------------------------------------------------------- */

/* Whoever only looks at it has the lock for a moment as well. */
static bool lock_soon(const struct record *record)
{
    for (int i = 0; i < 100; i++) {
        if (lock_record(record, false))
            return true;
        usleep(10000);
    }
    return false;
}

/* docker's rule: what cannot be removed is told, and the others go. */
static bool remove_one(struct record *record, bool force)
{
    enum record_state how = record_state_of(record);
    bool runs = is_up(how) || how == RECORD_RESTARTING;

    if (force)
        stop_container(record, SIGKILL, -1);
    if ((runs && !force) || !lock_soon(record)) {
        warn("cannot remove container %s: it is %s\n"
             "hint: stop it first, or rm -f",
             record->word, runs && !force ? record_word(how) : "starting");
        return false;
    }
    /* one that removes itself is gone by now */
    if (faccessat(record->folder, "container.json", F_OK, 0) == 0)
        remove_record(record);
    return true;
}

int rm_verb(int argc, char **argv, const struct globals *globals)
{
    bool force = false, volumes = false;
    const struct flag flags[] = {
        {"force", 'f', NULL, "kill it first; no error if there is none",
         parse_switch, &force},
        {"volumes", 'v', NULL, "there are none of its own", parse_switch,
         &volumes},
        {0},
    };
    char **words = parse_flags(argc, argv, flags, "");
    struct record *record;
    int status;

    require_words(words, "rm");
    record = find_records(words, globals->data_root, &status);
    if (force)
        status = EXIT_SUCCESS;
    for (; record->id; record++)
        if (remove_one(record, force))
            puts(record->word);
        else
            status = EXIT_STAGE_FAILED;
    return status;
}
