/* device_filter.c - device rules for cgroup v1 and v2. */
#include "device_filter.h"

#include <linux/bpf.h>
#include <sys/syscall.h>

#include "base.h"

/* ---- v1: one line of text a rule ---------------------------------------- */

static void write_number(char *to, size_t size, int number)
{
    if (number == -1)
        snprintf(to, size, "*");
    else
        snprintf(to, size, "%d", number);
}

static void write_rule(const struct hierarchy *hierarchy,
                       const struct device_rule *rule, char type)
{
    char major[16], minor[16];

    write_number(major, sizeof(major), rule->major);
    write_number(minor, sizeof(minor), rule->minor);
    set_limit(hierarchy, rule->allow ? "devices.allow" : "devices.deny",
              "%c %s:%s %s", type, major, minor, rule->access);
}

static int access_bits(const char *access)
{
    return (strchr(access, 'r') ? BPF_DEVCG_ACC_READ : 0) |
           (strchr(access, 'w') ? BPF_DEVCG_ACC_WRITE : 0) |
           (strchr(access, 'm') ? BPF_DEVCG_ACC_MKNOD : 0);
}

void filter_devices_v1(const struct hierarchy *hierarchy,
                       const struct device_rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        /* "a" means everything to the kernel, whatever stands behind it */
        if (rules[i].type == 'a' && access_bits(rules[i].access) != 7) {
            write_rule(hierarchy, &rules[i], 'b');
            write_rule(hierarchy, &rules[i], 'c');
        } else {
            write_rule(hierarchy, &rules[i], rules[i].type);
        }
    }
}

/* ---- v2: a program ------------------------------------------------------ */

/*
 * The kernel calls the program with r1 pointing to a struct bpf_cgroup_dev_ctx
 * and allows what it returns 1 for. Registers that it uses: r2 the device's
 * type, r3 the wanted access, r4 and r5 its numbers, r0 the result.
 */
enum { RULE_SIZE = 8, MAX_RULES = 256, MAX_SIZE = 8 + RULE_SIZE * MAX_RULES };

struct program {
    struct bpf_insn code[MAX_SIZE];
    size_t size;
};

static void emit(struct program *program, int code, int to, int from,
                 int offset, int value)
{
    program->code[program->size++] = (struct bpf_insn){
        .code = (unsigned char)code,
        .dst_reg = (unsigned char)to & 15,
        .src_reg = (unsigned char)from & 15,
        .off = (short)offset,
        .imm = value,
    };
}

/* Skips the `skip` instructions behind this one unless register == value. */
static void emit_unless(struct program *program, int reg, int value, int skip)
{
    emit(program, BPF_JMP | BPF_JNE | BPF_K, reg, 0, skip, value);
}

static void emit_return(struct program *program, int value)
{
    emit(program, BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, value);
    emit(program, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

static void emit_start(struct program *program)
{
    int load = BPF_LDX | BPF_MEM | BPF_W;

    emit(program, load, BPF_REG_2, BPF_REG_1,
         offsetof(struct bpf_cgroup_dev_ctx, access_type), 0);
    emit(program, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_3, BPF_REG_2, 0, 0);
    /* the type is in the lower half, the access in the upper one */
    emit(program, BPF_ALU64 | BPF_AND | BPF_K, BPF_REG_2, 0, 0, 0xffff);
    emit(program, BPF_ALU64 | BPF_RSH | BPF_K, BPF_REG_3, 0, 0, 16);
    emit(program, load, BPF_REG_4, BPF_REG_1,
         offsetof(struct bpf_cgroup_dev_ctx, major), 0);
    emit(program, load, BPF_REG_5, BPF_REG_1,
         offsetof(struct bpf_cgroup_dev_ctx, minor), 0);
}

/* One rule: tests that skip it where it does not fit, then its verdict. */
static void emit_rule(struct program *program, const struct device_rule *rule)
{
    int type = rule->type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR;
    int access = access_bits(rule->access);
    int to_go = (rule->type != 'a') + (rule->major != -1) +
                (rule->minor != -1) + 5; /* instructions of this rule */

    if (rule->type != 'a')
        emit_unless(program, BPF_REG_2, type, --to_go);
    if (rule->major != -1)
        emit_unless(program, BPF_REG_4, rule->major, --to_go);
    if (rule->minor != -1)
        emit_unless(program, BPF_REG_5, rule->minor, --to_go);
    /* to allow, the rule must cover all of the access; to forbid, any of it */
    emit(program, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, BPF_REG_3, 0, 0);
    emit(program, BPF_ALU64 | BPF_AND | BPF_K, BPF_REG_1, 0, 0,
         rule->allow ? ~access & 7 : access);
    emit(program, BPF_JMP | (rule->allow ? BPF_JNE : BPF_JEQ) | BPF_K,
         BPF_REG_1, 0, 2, 0);
    emit_return(program, rule->allow);
}

static int load_program(const struct program *program)
{
    union bpf_attr attributes;

    memset(&attributes, 0, sizeof(attributes));
    attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    attributes.insns = (uintptr_t)program->code;
    attributes.insn_cnt = (unsigned)program->size;
    attributes.license = (uintptr_t) "MIT";
    return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attributes,
                        sizeof(attributes));
}

static int attach_program(int group, int program)
{
    union bpf_attr attributes;

    memset(&attributes, 0, sizeof(attributes));
    attributes.target_fd = (unsigned)group;
    attributes.attach_bpf_fd = (unsigned)program;
    attributes.attach_type = BPF_CGROUP_DEVICE;
    /* those of the groups above ours are asked as well: all must allow */
    attributes.attach_flags = BPF_F_ALLOW_MULTI;
    return (int)syscall(SYS_bpf, BPF_PROG_ATTACH, &attributes,
                        sizeof(attributes));
}

void filter_devices_v2(const struct hierarchy *hierarchy,
                       const struct device_rule *rules, size_t count)
{
    struct program program = {.size = 0};
    int fd;

    if (count > MAX_RULES)
        fail_plainly(NULL, "cgroup: more than %d device rules", MAX_RULES);
    emit_start(&program);
    /* the last rule that fits decides, so it is asked first */
    for (size_t i = count; i-- > 0;)
        emit_rule(&program, &rules[i]);
    emit_return(&program, 0);
    fd = load_program(&program);
    if (fd == -1)
        fail_with_hint(errno == EPERM ? NULL
                                      : "this kernel needs CONFIG_CGROUP_BPF",
                       "bpf BPF_PROG_LOAD of the device filter");
    if (attach_program(hierarchy->fd, fd) == -1)
        fail("bpf BPF_PROG_ATTACH to %s", hierarchy->path);
    explain("bpf(BPF_PROG_ATTACH, {BPF_CGROUP_DEVICE}) # %zu instructions for "
            "%zu rules on %s",
            program.size, count, hierarchy->path);
    close(fd); /* the group keeps it */
}
