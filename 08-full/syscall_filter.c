/* syscall_filter.c - a seccomp filter in BPF byte code. */
#include "syscall_filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "../common/common.h"
#include "sync.h"

/* A process may make 32-bit system calls too, which have other numbers. */
enum { NATIVE, COMPAT, ARCHITECTURES };

#if defined(__x86_64__)
static const unsigned architectures[] = {AUDIT_ARCH_X86_64, AUDIT_ARCH_I386};
#define NUMBERS(name, i386)                                                    \
    {                                                                          \
        SYS_##name, i386                                                       \
    }
#elif defined(__aarch64__)
static const unsigned architectures[] = {AUDIT_ARCH_AARCH64, 0};
#define NUMBERS(name, i386)                                                    \
    {                                                                          \
        SYS_##name, 0                                                          \
    }
#else /* add the AUDIT_ARCH_ of this processor, see seccomp(2) */
static const unsigned architectures[] = {0, 0};
#define NUMBERS(name, i386)                                                    \
    {                                                                          \
        SYS_##name, 0                                                          \
    }
#endif

static const struct {
    unsigned numbers[ARCHITECTURES];
    int capability; /* that allows it, or -1 */
    int error;
    unsigned
        flags; /* refused only with one of these in argument 0; 0: always */
} refused[] = {
    {NUMBERS(syslog, 103), CAP_SYSLOG, EPERM, 0},
    {NUMBERS(add_key, 286), -1, EPERM, 0},
    {NUMBERS(request_key, 287), -1, EPERM, 0},
    {NUMBERS(keyctl, 288), -1, EPERM, 0},
    {NUMBERS(unshare, 310), CAP_SYS_ADMIN, EPERM, CLONE_NEWUSER},
    {NUMBERS(clone, 120), CAP_SYS_ADMIN, EPERM, CLONE_NEWUSER},
    /* its flags are in memory, where a filter cannot look; programs that get
     * ENOSYS call clone(2) instead */
    {NUMBERS(clone3, 435), CAP_SYS_ADMIN, ENOSYS, 0},
};

enum { REFUSED = sizeof(refused) / sizeof(refused[0]) };
enum { RULE_SIZE = 5, MAX_SIZE = 16 + ARCHITECTURES * REFUSED * RULE_SIZE };

struct program {
    struct sock_filter code[MAX_SIZE];
    unsigned short size;
};

static void emit(struct program *program, int code, unsigned value, int if_true,
                 int if_false)
{
    program->code[program->size++] = (struct sock_filter){
        .code = (unsigned short)code,
        .jt = (unsigned char)if_true,
        .jf = (unsigned char)if_false,
        .k = value,
    };
}

static void emit_load(struct program *program, size_t offset)
{
    emit(program, BPF_LD | BPF_W | BPF_ABS, (unsigned)offset, 0, 0);
}

static void emit_refusal(struct program *program, int error)
{
    emit(program, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error, 0, 0);
}

static void emit_allow(struct program *program)
{
    emit(program, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
}

/* The number is loaded; skips the rule's instructions if it is another. */
static void emit_rule(struct program *program, size_t rule, int architecture)
{
    unsigned number = refused[rule].numbers[architecture];
    bool always = refused[rule].flags == 0;

    emit(program, BPF_JMP | BPF_JEQ | BPF_K, number, 0, always ? 1 : 4);
    if (!always) {
        /* the lower half of the argument: the kernel looks at no more */
        emit_load(program, offsetof(struct seccomp_data, args[0]));
        emit(program, BPF_JMP | BPF_JSET | BPF_K, refused[rule].flags, 1, 0);
        emit_allow(program);
    }
    emit_refusal(program, refused[rule].error);
}

static void emit_rules(struct program *program, int architecture,
                       uint64_t capabilities)
{
    emit_load(program, offsetof(struct seccomp_data, nr));
    /* x32's numbers are those of x86-64 with this bit: none of them */
    emit(program, BPF_JMP | BPF_JSET | BPF_K, 0x40000000, 0, 1);
    emit_refusal(program, ENOSYS);
    for (size_t i = 0; i < REFUSED; i++)
        if (refused[i].capability == -1 ||
            !(capabilities >> refused[i].capability & 1))
            emit_rule(program, i, architecture);
    emit_allow(program);
}

void filter_system_calls(const struct capability_sets *sets)
{
    struct program program = {.size = 0};
    struct sock_fprog filter = {.filter = program.code};

    if (!architectures[NATIVE])
        fail_plainly(NULL, "no system call filter for this processor");
    for (int i = 0; i < ARCHITECTURES; i++) {
        if (!architectures[i])
            continue;
        emit_load(&program, offsetof(struct seccomp_data, arch));
        size_t jump = program.size;
        emit(&program, BPF_JMP | BPF_JEQ | BPF_K, architectures[i], 0, 0);
        emit_rules(&program, i, sets->bounding);
        program.code[jump].jf = (unsigned char)(program.size - jump - 1);
    }
    emit_refusal(&program, ENOSYS); /* of no architecture that we know */
    filter.len = program.size;
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == -1)
        fail("prctl PR_SET_SECCOMP");
    explain("prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER) # %d instructions",
            program.size);
}
