/*
 * config_seccomp.c - config.json: linux.seccomp, compiled to a program that
 * the kernel runs at each system call. See seccomp_rule_add(3), seccomp(2).
 */
#include <json-c/json.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "base.h"
#include "config_json.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

static const struct word actions[] = {
    {"SCMP_ACT_ALLOW", SCMP_ACT_ALLOW},
    {"SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(0)},
    {"SCMP_ACT_KILL", SCMP_ACT_KILL},
    {"SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS},
    {"SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD},
    {"SCMP_ACT_LOG", SCMP_ACT_LOG},
    {"SCMP_ACT_NOTIFY", SCMP_ACT_NOTIFY},
    {"SCMP_ACT_TRACE", SCMP_ACT_TRACE(0)},
    {"SCMP_ACT_TRAP", SCMP_ACT_TRAP},
    {0},
};

static const struct word operators[] = {
    {"SCMP_CMP_EQ", SCMP_CMP_EQ}, {"SCMP_CMP_GE", SCMP_CMP_GE},
    {"SCMP_CMP_GT", SCMP_CMP_GT}, {"SCMP_CMP_LE", SCMP_CMP_LE},
    {"SCMP_CMP_LT", SCMP_CMP_LT}, {"SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ},
    {"SCMP_CMP_NE", SCMP_CMP_NE}, {0},
};

static const struct word architectures[] = {
    {"SCMP_ARCH_AARCH64", SCMP_ARCH_AARCH64},
    {"SCMP_ARCH_ARM", SCMP_ARCH_ARM},
    {"SCMP_ARCH_MIPS", SCMP_ARCH_MIPS},
    {"SCMP_ARCH_MIPS64", SCMP_ARCH_MIPS64},
    {"SCMP_ARCH_MIPS64N32", SCMP_ARCH_MIPS64N32},
    {"SCMP_ARCH_MIPSEL", SCMP_ARCH_MIPSEL},
    {"SCMP_ARCH_MIPSEL64", SCMP_ARCH_MIPSEL64},
    {"SCMP_ARCH_MIPSEL64N32", SCMP_ARCH_MIPSEL64N32},
    {"SCMP_ARCH_PARISC", SCMP_ARCH_PARISC},
    {"SCMP_ARCH_PARISC64", SCMP_ARCH_PARISC64},
    {"SCMP_ARCH_PPC", SCMP_ARCH_PPC},
    {"SCMP_ARCH_PPC64", SCMP_ARCH_PPC64},
    {"SCMP_ARCH_PPC64LE", SCMP_ARCH_PPC64LE},
    {"SCMP_ARCH_RISCV64", SCMP_ARCH_RISCV64},
    {"SCMP_ARCH_S390", SCMP_ARCH_S390},
    {"SCMP_ARCH_S390X", SCMP_ARCH_S390X},
    {"SCMP_ARCH_X32", SCMP_ARCH_X32},
    {"SCMP_ARCH_X86", SCMP_ARCH_X86},
    {"SCMP_ARCH_X86_64", SCMP_ARCH_X86_64},
    {0},
};

static const struct word flags[] = {
    {"SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG},
    {"SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW},
    /* for the other threads of a process: there are none */
    {"SECCOMP_FILTER_FLAG_TSYNC", 0},
    {"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
     SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV},
    {0},
};

/* libseccomp returns errors as negative errno values. */
static void check(int result, struct json json)
{
    if (result < 0)
        refuse_json(json, "libseccomp: %s (%s)", strerror(-result),
                    errno_name(-result));
}

/* The action `member`; the number that goes with some is in `number`. */
static uint32_t load_action(struct json object, const char *member,
                            const char *number)
{
    uint32_t action = require_word(object, member, actions, "an action");
    bool numbered = action == SCMP_ACT_ERRNO(0) || action == SCMP_ACT_TRACE(0);
    uint64_t value = EPERM;

    if (get_unsigned(object, number, UINT16_MAX, &value) && !numbered)
        refuse_json(get_member(object, number), "%s takes none",
                    require_text(object, member));
    return numbered ? action | (uint32_t)value : action;
}

/* A process may make the system calls of other kinds of processors, the
 * 32-bit ones for instance, which have other numbers. Not those of the other
 * byte order (EDOM): no program of theirs runs here, so they need no rules. */
static void add_architectures(scmp_filter_ctx filter, struct json seccomp)
{
    struct json array = get_array(seccomp, "architectures");

    for (size_t i = 0; i < count_elements(array); i++) {
        struct json json = get_element(array, i);
        uint32_t architecture = find_word(architectures, json,
                                          text_at(array, i), "an architecture");
        int result = seccomp_arch_add(filter, architecture);

        if (result != -EEXIST && result != -EDOM)
            check(result, json);
    }
}

/* ---- rules ---------------------------------------------------------------- */

enum { MOST_ARGUMENTS = 6 };

struct comparisons {
    struct scmp_arg_cmp list[MOST_ARGUMENTS];
    unsigned count;
    bool repeated; /* one argument is compared more than once */
};

static void load_comparison(struct json json, struct comparisons *to)
{
    struct scmp_arg_cmp *comparison = &to->list[to->count];
    uint64_t index, value, second = 0;

    if (to->count == MOST_ARGUMENTS)
        refuse_json(json, "a system call has at most six arguments");
    if (!get_unsigned(json, "index", MOST_ARGUMENTS - 1, &index) ||
        !get_unsigned(json, "value", UINT64_MAX, &value))
        refuse_json(json, "index or value is missing");
    get_unsigned(json, "valueTwo", UINT64_MAX, &second);
    comparison->arg = (unsigned)index;
    comparison->op =
        (enum scmp_compare)require_word(json, "op", operators, "an operator");
    comparison->datum_a = value;
    comparison->datum_b = second;
    for (unsigned i = 0; i < to->count; i++)
        if (to->list[i].arg == comparison->arg)
            to->repeated = true;
    to->count++;
}

/* All comparisons of a rule must hold. But where they are about the same
 * argument, one of them is enough: so it was once, and profiles need it. */
static void add_rule(scmp_filter_ctx filter, uint32_t action, struct json name,
                     int number, const struct comparisons *comparisons)
{
    if (!comparisons->repeated) {
        check(seccomp_rule_add_array(filter, action, number, comparisons->count,
                                     comparisons->list),
              name);
        return;
    }
    for (unsigned i = 0; i < comparisons->count; i++)
        check(seccomp_rule_add_array(filter, action, number, 1,
                                     &comparisons->list[i]),
              name);
}

/* Returns whether the rules ask somebody else (SCMP_ACT_NOTIFY). */
static bool add_rules(scmp_filter_ctx filter, uint32_t otherwise,
                      struct json entry)
{
    struct json names = get_array(entry, "names");
    struct json args = get_array(entry, "args");
    uint32_t action = load_action(entry, "action", "errnoRet");
    struct comparisons comparisons = {0};

    if (count_elements(names) == 0)
        refuse_json(names, "is missing or empty");
    for (size_t i = 0; i < count_elements(args); i++)
        load_comparison(object_at(args, i), &comparisons);
    for (size_t i = 0; i < count_elements(names); i++) {
        int number = seccomp_syscall_resolve_name(text_at(names, i));

        /* one that libseccomp does not know yet is treated as all others */
        if (action != otherwise && number != __NR_SCMP_ERROR)
            add_rule(filter, action, get_element(names, i), number,
                     &comparisons);
    }
    return action == SCMP_ACT_NOTIFY;
}

/* ---- calls that are newer than the profile --------------------------------- */

/*
 * A program tries a new call first, and an old one when the kernel answers
 * ENOSYS; with EPERM it gives up. A profile that lists what is allowed knows no
 * call that came after it. So what has a greater number than all calls that it
 * names does not exist: runc's rule, and the profiles of docker count on it.
 */

enum { STUB_STEPS = 6, X32_CALL = 1 << 30 };

static int greatest_number(struct json seccomp, uint32_t architecture)
{
    struct json array = get_array(seccomp, "syscalls");
    int greatest = 0;

    for (size_t i = 0; i < count_elements(array); i++) {
        struct json names = get_array(object_at(array, i), "names");

        for (size_t j = 0; j < count_elements(names); j++) {
            int number = seccomp_syscall_resolve_name_arch(architecture,
                                                           text_at(names, j));

            greatest = number > greatest ? number : greatest;
        }
    }
    return greatest;
}

/* Returns how many steps it has written, each of which jumps behind the last
 * where the call is not one of these. */
static size_t write_stub_for(struct json seccomp, uint32_t architecture,
                             struct sock_filter *to)
{
    int greatest = greatest_number(seccomp, architecture);
    bool x32 = architecture == SCMP_ARCH_X32; /* x86_64's, with a bit more */
    const struct sock_filter steps[STUB_STEPS] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
                 x32 ? SCMP_ARCH_X86_64 : architecture, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, X32_CALL, x32 ? 0 : 2,
                 x32 ? 2 : 0),
        BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, (uint32_t)greatest, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
    };

    if (greatest == 0)
        return 0;
    memcpy(to, steps, sizeof(steps));
    return STUB_STEPS;
}

static size_t write_stub(struct json seccomp, struct sock_filter *to)
{
    struct json array = get_array(seccomp, "architectures");
    uint32_t native = seccomp_arch_native();
    size_t count = write_stub_for(seccomp, native, to);

    for (size_t i = 0; i < count_elements(array); i++) {
        uint32_t architecture = find_word(architectures, get_element(array, i),
                                          text_at(array, i), "an architecture");

        if (architecture != native)
            count += write_stub_for(seccomp, architecture, to + count);
    }
    return count;
}

/* Who traces its calls knows the new ones. */
static bool refuses_others(uint32_t action)
{
    return action != SCMP_ACT_ALLOW && action != SCMP_ACT_LOG &&
           (action & SECCOMP_RET_ACTION_FULL) != SCMP_ACT_TRACE(0);
}

/* ---- the whole ------------------------------------------------------------ */

/* The kernel does not know a flag that it answers with EINVAL; it looks at the
 * program, which is not there, later (EFAULT). */
static bool is_supported(uint32_t flag)
{
    if (flag == SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)
        flag |= SECCOMP_FILTER_FLAG_NEW_LISTENER; /* it is about one */
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flag, NULL) == -1 &&
           errno == EFAULT;
}

static uint32_t load_flags(struct json seccomp)
{
    struct json array = get_array(seccomp, "flags");
    uint32_t set = 0;

    /* the processor may guess, as without a filter: runc's and crun's choice */
    if (!is_there(array))
        return SECCOMP_FILTER_FLAG_SPEC_ALLOW;
    for (size_t i = 0; i < count_elements(array); i++) {
        struct json json = get_element(array, i);
        uint32_t flag = find_word(flags, json, text_at(array, i), "a flag");

        if (!is_supported(flag))
            refuse_json(json, "this kernel does not know %s",
                        text_at(array, i));
        set |= flag;
    }
    return set;
}

static void load_listener(struct json seccomp, bool notifies,
                          struct seccomp *to)
{
    struct json path = get_member(seccomp, "listenerPath");

    to->listener_path = get_text(seccomp, "listenerPath");
    to->listener_metadata = get_text(seccomp, "listenerMetadata");
    if (!to->listener_path && to->listener_metadata)
        refuse_json(get_member(seccomp, "listenerMetadata"),
                    "needs a listenerPath");
    if (!notifies) {
        to->listener_path = NULL;
        to->flags &= ~(uint32_t)SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
        return;
    }
    if (!to->listener_path || !*to->listener_path)
        refuse_json(path, "is missing, and SCMP_ACT_NOTIFY needs it");
    if (strlen(to->listener_path) >=
        sizeof(((struct sockaddr_un *)0)->sun_path))
        refuse_json(path, "is longer than an address of a socket can be");
}

/* Behind the stub, what libseccomp makes of the rules. */
static struct sock_fprog compile(scmp_filter_ctx filter, struct json seccomp,
                                 bool refuses)
{
    size_t most = 1 + count_elements(get_array(seccomp, "architectures"));
    int fd = memfd_create("filter", MFD_CLOEXEC);
    struct sock_fprog program;
    size_t size, stub, length;

    if (fd == -1)
        fail("memfd_create");
    check(seccomp_export_bpf(filter, fd), seccomp);
    size = (size_t)lseek(fd, 0, SEEK_END);
    length = size / sizeof(*program.filter);
    program.filter =
        allocate(STUB_STEPS * most + length, sizeof(*program.filter));
    stub = refuses ? write_stub(seccomp, program.filter) : 0;
    length += stub;
    if (length > BPF_MAXINSNS)
        refuse_json(seccomp,
                    "the filter is longer than the kernel takes: %zu steps",
                    length);
    if (pread(fd, program.filter + stub, size, 0) != (ssize_t)size)
        fail("read the compiled filter");
    program.len = (unsigned short)length;
    close(fd);
    return program;
}

const struct seccomp *load_seccomp(struct json linux_)
{
    struct json seccomp = get_object(linux_, "seccomp");
    struct json array = get_array(seccomp, "syscalls");
    struct seccomp *to;
    scmp_filter_ctx filter;
    uint32_t action;
    bool notifies;

    if (!is_there(seccomp))
        return NULL;
    to = allocate(1, sizeof(*to));
    to->json = seccomp.value;
    action = load_action(seccomp, "defaultAction", "defaultErrnoRet");
    filter = seccomp_init(action);
    if (!filter)
        fail("seccomp_init");
    add_architectures(filter, seccomp);
    notifies = action == SCMP_ACT_NOTIFY;
    for (size_t i = 0; i < count_elements(array); i++)
        if (add_rules(filter, action, object_at(array, i)))
            notifies = true;
    to->flags = load_flags(seccomp);
    load_listener(seccomp, notifies, to);
    to->program = compile(filter, seccomp, refuses_others(action));
    seccomp_release(filter);
    return to;
}

/* ---- what of it there is -------------------------------------------------- */

static struct json_object *list_supported(void)
{
    struct json_object *array = json_object_new_array();

    for (const struct word *flag = flags; flag->name; flag++)
        if (is_supported(flag->value))
            append_json_text(array, flag->name);
    return array;
}

struct json_object *describe_seccomp(void)
{
    struct json_object *object = json_object_new_object();

    add_json(object, "enabled", json_object_new_boolean(true));
    add_json(object, "actions", list_words(actions));
    add_json(object, "operators", list_words(operators));
    add_json(object, "archs", list_words(architectures));
    add_json(object, "knownFlags", list_words(flags));
    add_json(object, "supportedFlags", list_supported());
    return object;
}
