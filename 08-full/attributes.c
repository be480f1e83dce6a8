/* attributes.c - scheduling, NUMA memory, personality. */
#include "attributes.h"

#include <sys/personality.h>
#include <sys/syscall.h>

#include "base.h"

enum { WHO_GROUP = 2 }; /* IOPRIO_WHO_PGRP, which not all headers have */

static void set_scheduling(const struct process *process)
{
    const struct scheduler *scheduler = process->scheduler;

    if (scheduler && syscall(SYS_sched_setattr, 0, scheduler, 0) == -1)
        fail("sched_setattr of process.scheduler");
    if (process->io_priority &&
        syscall(SYS_ioprio_set, WHO_GROUP, 0, process->io_priority) == -1)
        fail("ioprio_set of process.ioPriority");
}

static void set_memory_policy(const struct memory_policy *policy)
{
    const unsigned long *nodes = policy->nodes ? policy->nodes->words : NULL;

    /* one more than there are bits: the kernel takes the last one away */
    if (syscall(SYS_set_mempolicy, policy->mode, nodes,
                nodes ? MOST_NUMBERS + 1 : 0) == -1)
        fail("set_mempolicy of linux.memoryPolicy");
}

void set_attributes(const struct config *config)
{
    set_scheduling(&config->process);
    if (config->linux_.memory_policy)
        set_memory_policy(config->linux_.memory_policy);
    if (config->linux_.personality &&
        personality(*config->linux_.personality) == -1)
        fail("personality");
}

void set_processors(const struct number_set *processors)
{
    struct number_set all;

    memset(&all, 0xff, sizeof(all));
    if (!processors)
        processors = &all;
    if (syscall(SYS_sched_setaffinity, 0, sizeof(processors->words),
                processors->words) == -1)
        fail("sched_setaffinity");
}
