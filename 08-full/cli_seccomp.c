/*
 * cli_seccomp.c - --security-opt seccomp=FILE: docker's profiles, which are
 * config.json's linux.seccomp with conditions. A rule that does not apply to
 * this machine or these capabilities is left out here.
 */
#include <json-c/json.h>

#include "base.h"
#include "capabilities.h"
#include "cli_flags.h"
#include "config_json.h"

/* This machine's processor, in the words of "arches" and of "archMap". */
static const char *const architecture[] = {
#if defined(__x86_64__)
    "amd64", "SCMP_ARCH_X86_64"
#elif defined(__aarch64__)
    "arm64", "SCMP_ARCH_AARCH64"
#elif defined(__riscv)
    "riscv64", "SCMP_ARCH_RISCV64"
#else
    "", ""
#endif
};

static bool has_architecture(struct json array)
{
    for (size_t i = 0; i < count_elements(array); i++)
        if (strcmp(text_at(array, i), architecture[0]) == 0)
            return true;
    return false;
}

/* How many of the array's capabilities are in `set`. */
static size_t count_capabilities(struct json array, uint64_t set)
{
    size_t count = 0;
    uint64_t one;

    for (size_t i = 0; i < count_elements(array); i++)
        if (find_capability(text_at(array, i), &one) && one & set)
            count++;
    return count;
}

/* "minKernel" names versions that no kernel of ours is older than. */
static bool applies(struct json rule, uint64_t capabilities)
{
    struct json includes = get_object(rule, "includes");
    struct json excludes = get_object(rule, "excludes");
    struct json arches = get_array(includes, "arches");
    struct json caps = get_array(includes, "caps");

    if (count_elements(arches) && !has_architecture(arches))
        return false;
    return count_capabilities(caps, capabilities) == count_elements(caps) &&
           !has_architecture(get_array(excludes, "arches")) &&
           !count_capabilities(get_array(excludes, "caps"), capabilities) &&
           !get_text(excludes, "minKernel");
}

static void keep_what_applies(struct json profile, uint64_t capabilities)
{
    struct json rules = get_array(profile, "syscalls");

    for (size_t i = count_elements(rules); i-- > 0;)
        if (!applies(object_at(rules, i), capabilities))
            json_object_array_del_idx(rules.value, i, 1);
}

/* "archMap" has for each processor those whose programs it also runs. */
static void choose_architectures(struct json profile)
{
    struct json map = get_array(profile, "archMap");
    struct json_object *chosen = json_object_new_array();

    if (!count_elements(map))
        return;
    append_json_text(chosen, architecture[1]);
    for (size_t i = 0; i < count_elements(map); i++) {
        struct json entry = object_at(map, i);
        struct json others = get_array(entry, "subArchitectures");

        if (strcmp(require_text(entry, "architecture"), architecture[1]) != 0)
            continue;
        for (size_t j = 0; j < count_elements(others); j++)
            append_json_text(chosen, text_at(others, j));
    }
    add_json(profile.value, "architectures", chosen);
    json_object_object_del(profile.value, "archMap");
}

const struct seccomp *load_profile(const char *path, uint64_t capabilities)
{
    char *text = read_file(path);
    struct json_object *linux_ = json_object_new_object();
    struct json profile;

    if (!text)
        fail("--security-opt seccomp=%s", path);
    profile = parse_json(text, path);
    keep_what_applies(profile, capabilities);
    choose_architectures(profile);
    add_json(linux_, "seccomp", profile.value);
    free(text);
    return load_seccomp((struct json){.value = linux_, .path = ""});
}
