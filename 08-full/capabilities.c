/* capabilities.c - cutting root down to docker's fourteen capabilities. */
#include "capabilities.h"

#include <ctype.h>
#include <json-c/json.h>
#include <strings.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include "base.h"
#include "json.h"

#define BIT(capability) (UINT64_C(1) << (capability))

static const uint64_t docker_capabilities =
    BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_FOWNER) | BIT(CAP_FSETID) |
    BIT(CAP_KILL) | BIT(CAP_SETGID) | BIT(CAP_SETUID) | BIT(CAP_SETPCAP) |
    BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_NET_RAW) | BIT(CAP_SYS_CHROOT) |
    BIT(CAP_MKNOD) | BIT(CAP_AUDIT_WRITE) | BIT(CAP_SETFCAP);

uint64_t all_capabilities(void)
{
    uint64_t set = 0;

    for (cap_value_t i = 0; i < cap_max_bits(); i++)
        if (cap_get_bound(i) == 1)
            set |= BIT(i);
    return set;
}

uint64_t default_capabilities(void)
{
    return docker_capabilities & all_capabilities();
}

bool find_capability(const char *name, uint64_t *set)
{
    char full[64];
    cap_value_t value;

    if (strcasecmp(name, "ALL") == 0) {
        *set = all_capabilities();
        return true;
    }
    if (strncasecmp(name, "cap_", 4) == 0)
        name += 4;
    /* libcap would take "cap_12" and plain numbers as well */
    if (!isalpha((unsigned char)*name) || strlen(name) > 50)
        return false;
    snprintf(full, sizeof(full), "cap_%s", name);
    for (char *c = full; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    if (cap_from_name(full, &value) == -1 || value >= cap_max_bits())
        return false;
    *set = BIT(value);
    return true;
}

struct json_object *list_capabilities(uint64_t set)
{
    struct json_object *array = json_object_new_array();

    for (cap_value_t i = 0; cap_get_bound(i) >= 0; i++) {
        char *name = set & BIT(i) ? cap_to_name(i) : NULL;

        for (char *c = name; c && *c; c++)
            *c = (char)toupper((unsigned char)*c);
        if (name)
            append_json_text(array, name);
        cap_free(name);
    }
    return array;
}

void cut_bounding_set(const struct capability_sets *sets)
{
    for (cap_value_t i = 0; i < cap_max_bits(); i++) {
        if (sets->bounding & BIT(i) || cap_get_bound(i) != 1)
            continue;
        if (cap_drop_bound(i) == -1)
            fail("prctl PR_CAPBSET_DROP %d", i);
    }
    /* or a change of user would empty the other sets, which come later */
    if (!sets->root_only && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == -1)
        fail("prctl PR_SET_KEEPCAPS");
    explain("prctl(PR_CAPBSET_DROP, ...) # the bounding set is 0x%016llx",
            (unsigned long long)sets->bounding);
}

static void fill(cap_t capabilities, cap_flag_t flag, uint64_t set)
{
    for (cap_value_t i = 0; i < cap_max_bits(); i++)
        if (set & BIT(i) &&
            cap_set_flag(capabilities, flag, 1, &i, CAP_SET) == -1)
            fail("cap_set_flag %d", i);
}

void set_capability_sets(const struct capability_sets *sets)
{
    cap_t capabilities = cap_init(); /* all empty */
    bool given = !sets->root_only || geteuid() == 0;

    if (!capabilities)
        fail("cap_init");
    /* what is ambient or inheritable survives execve and a change of user */
    if (cap_reset_ambient() == -1)
        fail("prctl PR_CAP_AMBIENT_CLEAR_ALL");
    if (given) {
        fill(capabilities, CAP_PERMITTED, sets->permitted);
        fill(capabilities, CAP_EFFECTIVE, sets->effective);
        fill(capabilities, CAP_INHERITABLE, sets->inheritable);
    }
    if (cap_set_proc(capabilities) == -1)
        fail_with_hint("a capability in --cap-add that we do not have "
                       "ourselves cannot be given",
                       "capset 0x%016llx", (unsigned long long)sets->permitted);
    cap_free(capabilities);
    for (cap_value_t i = 0; given && i < cap_max_bits(); i++)
        if (sets->ambient & BIT(i) && cap_set_ambient(i, CAP_SET) == -1)
            fail("prctl PR_CAP_AMBIENT_RAISE %d", i);
    explain("capset(...) # permitted 0x%016llx, ambient 0x%016llx",
            given ? (unsigned long long)sets->permitted : 0ULL,
            given ? (unsigned long long)sets->ambient : 0ULL);
}
