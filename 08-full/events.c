/* events.c - what a container uses, and when it is out of memory. */
#include <json-c/json.h>
#include <poll.h>
#include <sys/eventfd.h>

#include "base.h"
#include "cgroup.h"
#include "state.h"
#include "stats.h"
#include "times.h"
#include "verbs.h"

static void print_event(const char *type, const char *id,
                        struct json_object *data)
{
    struct json_object *object = json_object_new_object();

    add_json_text(object, "type", type);
    add_json_text(object, "id", id);
    if (data)
        add_json(object, "data", data);
    puts(json_line(object));
    fflush(stdout); /* a pipe's reader waits for it */
    json_object_put(object);
}

/* ---- out of memory --------------------------------------------------------------- */

/* Where the kernel tells of it: something to poll(2), and for what. */
struct alarm {
    const struct hierarchy *memory;
    struct pollfd fd; /* -1: nothing tells */
    uint64_t kills;   /* v2: how many there were */
};

/* By the descriptor that is polled: it tells of what comes after this. */
static uint64_t count_kills(int events)
{
    static const char key[] = "\noom_kill ";
    char text[1024];
    ssize_t length = pread(events, text, sizeof(text) - 1, 0);
    const char *line;

    text[length > 0 ? length : 0] = '\0';
    line = strstr(text, key);
    return line ? strtoull(line + sizeof(key) - 1, NULL, 10) : 0;
}

/* v1: an event counter that is named in cgroup.event_control. */
static int open_event_counter(const struct hierarchy *memory)
{
    int file = openat(memory->fd, "memory.oom_control", O_RDONLY | O_CLOEXEC);
    int counter = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    char *line = format_text("%d %d", counter, file);

    if (file == -1 || counter == -1 ||
        write_group_file(memory->fd, "cgroup.event_control", line) == -1)
        fail("cgroup: watch %s/memory.oom_control", memory->path);
    free(line);
    close(file);
    return counter;
}

static struct alarm open_alarm(const struct cgroup *cgroup)
{
    struct alarm alarm = {
        .memory = hierarchy_of(cgroup, CONTROLLER_MEMORY),
        .fd = {-1, POLLIN, 0},
    };

    if (alarm.memory->fd == -1)
        return alarm;
    if (!alarm.memory->v2) {
        alarm.fd.fd = open_event_counter(alarm.memory);
        return alarm;
    }
    alarm.fd = (struct pollfd){
        openat(alarm.memory->fd, "memory.events", O_RDONLY | O_CLOEXEC),
        POLLPRI, 0};
    alarm.kills = count_kills(alarm.fd.fd);
    return alarm;
}

/* Whether it was that, and not another event of the file. */
static bool is_out_of_memory(struct alarm *alarm)
{
    uint64_t before = alarm->kills;

    if (!alarm->memory->v2)
        return read(alarm->fd.fd, &alarm->kills, sizeof(alarm->kills)) > 0;
    alarm->kills = count_kills(alarm->fd.fd);
    return alarm->kills > before;
}

/* ---- the verb ---------------------------------------------------------------------- */

static int64_t milliseconds(void)
{
    return (int64_t)(nanoseconds() / 1000000);
}

/* Until the container ends: a line each `interval`, and one each time. */
static void follow(const struct state *state, const struct cgroup *cgroup,
                   int64_t interval)
{
    struct alarm alarm = open_alarm(cgroup);
    int pidfd = open_state_process(state);
    int64_t next = milliseconds() + interval;

    while (pidfd != -1) {
        struct pollfd fds[] = {{pidfd, POLLIN, 0}, alarm.fd};
        int64_t rest = next - milliseconds();

        if (poll(fds, 2, rest > 0 ? (int)rest : 0) == -1 && errno != EINTR)
            fail("poll");
        if (fds[1].revents && is_out_of_memory(&alarm))
            print_event("oom", state->id, NULL);
        if (fds[0].revents)
            return;
        if (milliseconds() < next)
            continue;
        print_event("stats", state->id, describe_stats(cgroup));
        next += interval;
    }
}

static const char *parse_interval(const char *text, void *value)
{
    double seconds;

    if (!read_duration(text, &seconds) || seconds < 1e-3 || seconds > 86400)
        return "a time such as 5s or 500ms, at most a day";
    *(int64_t *)value = (int64_t)(seconds * 1000 + 0.5);
    return NULL;
}

int events_verb(int argc, char **argv, const struct globals *globals)
{
    bool once = false;
    int64_t interval = 5000;
    const struct flag flags[] = {
        {"stats", 0, NULL, "print the counters once", parse_switch, &once},
        {"interval", 0, "TIME", "how often they are printed (5s)",
         parse_interval, &interval},
        {0},
    };
    struct cgroup cgroup = {0};
    struct state state;
    const char *id = only_id(parse_flags(argc, argv, flags, ""));

    require_state(&state, globals, id);
    if (status_of(&state) == STATUS_STOPPED)
        fail_plainly(NULL, "container not running: %s is stopped", id);
    if (!state.cgroups_path)
        fail_plainly(NULL, "container %s has no cgroups, which count", id);
    open_groups(&state, &cgroup);
    unlock_state(&state);
    if (once)
        print_event("stats", id, describe_stats(&cgroup));
    else
        follow(&state, &cgroup, interval);
    return EXIT_SUCCESS;
}
