/* cli_security.c - what docker's words about isolation mean. */
#include <sched.h>

#include "base.h"
#include "capabilities.h"
#include "cli_flags.h"
#include "labels.h"
#include "sysctl.h"
#include "user.h"

/* ---- capabilities ------------------------------------------------------------- */

const char *parse_capability(const char *text, void *value)
{
    uint64_t set;

    if (!find_capability(text, &set))
        return "a capability such as NET_ADMIN, or ALL; see capabilities(7)";
    return parse_list(text, value);
}

/* docker's order: what is dropped goes first, what is added stays. But ALL
 * in --cap-add minus a name in --cap-drop is what both together say. */
static void set_capabilities(struct config *config, const struct flags *flags)
{
    uint64_t set = default_capabilities(), added = 0, dropped = 0, one;
    struct capability_sets *sets = &config->process.capabilities;

    for (size_t i = 0; i < flags->cap_add.count; i++)
        if (find_capability(flags->cap_add.items[i], &one))
            added |= one;
    for (size_t i = 0; i < flags->cap_drop.count; i++)
        if (find_capability(flags->cap_drop.items[i], &one))
            dropped |= one;
    set = dropped == all_capabilities() ? added : (set | added) & ~dropped;
    if (flags->privileged)
        set = all_capabilities();
    sets->bounding = sets->permitted = sets->effective = set;
}

/* ---- --privileged ---------------------------------------------------------------- */

/* /sys and the cgroups may be written to. */
static void allow_writing(struct config *config)
{
    for (size_t i = 0; i < config->mount_count; i++) {
        struct mount *mount = &config->mounts[i];
        const char *const *from = mount->options;
        size_t count = 0;
        const char **options;

        if (!has_word("sysfs cgroup", mount->type))
            continue;
        while (from[count])
            count++;
        options = allocate(count, sizeof(*options));
        mount->options = options;
        for (; *from; from++)
            if (strcmp(*from, "ro") != 0)
                *options++ = *from;
    }
}

static void show_paths(struct config *config)
{
    static const char *const none[] = {NULL};

    config->linux_.masked_paths = none;
    config->linux_.readonly_paths = none;
}

/* ---- --security-opt ------------------------------------------------------------- */

/* What stands behind "NAME=" (or "NAME:", docker's old form), or NULL. */
static const char *option_value(const char *text, const char *name)
{
    size_t length = strlen(name);

    if (strncmp(text, name, length) != 0 || !text[length] ||
        !strchr("=:", text[length]) || !text[length + 1])
        return NULL;
    return text + length + 1;
}

const char *parse_security(const char *text, void *value)
{
    static const char words[] =
        "no-new-privileges no-new-privileges=true no-new-privileges:true "
        "no-new-privileges=false no-new-privileges:false label=disable "
        "label:disable systempaths=unconfined";

    if (!has_word(words, text) && !option_value(text, "seccomp") &&
        !option_value(text, "apparmor"))
        return "no-new-privileges[=false], seccomp=FILE|unconfined, "
               "apparmor=PROFILE|unconfined, label=disable or "
               "systempaths=unconfined";
    return parse_list(text, value);
}

static void set_seccomp(struct config *config, const char *profile)
{
    bool none = strcmp(profile, "unconfined") == 0;

    if (strcmp(profile, "builtin") == 0)
        return;
    config->linux_.built_in_filter = false;
    config->linux_.seccomp =
        none ? NULL
             : load_profile(profile, config->process.capabilities.bounding);
}

static void set_apparmor(struct config *config, const char *profile)
{
    if (strcmp(profile, "unconfined") == 0)
        profile = NULL;
    else if (!has_apparmor())
        fail_plainly(NULL,
                     "--security-opt apparmor=%s: this kernel does not "
                     "use AppArmor",
                     profile);
    config->process.apparmor_profile = profile;
}

static void use_security_option(struct config *config, const char *text)
{
    const char *value;

    if (strncmp(text, "no-new-privileges", 17) == 0)
        config->process.no_new_privileges = !strstr(text, "false");
    else if (strcmp(text, "systempaths=unconfined") == 0)
        show_paths(config);
    else if ((value = option_value(text, "seccomp")))
        set_seccomp(config, value);
    else if ((value = option_value(text, "apparmor")))
        set_apparmor(config, value);
}

/* ---- namespaces ------------------------------------------------------------------ */

const char *parse_shared(const char *text, void *value)
{
    *(const char **)value = text;
    return has_word("host private", text) ? NULL : "host or private";
}

/* Takes away the new namespace if the mode is the host's. */
static void share(struct config *config, int kind, const char *mode)
{
    if (mode && strcmp(mode, "host") == 0)
        config->linux_.namespaces &= ~(uint64_t)(unsigned)kind;
}

static void share_uts(struct config *config, const struct flags *flags)
{
    share(config, CLONE_NEWUTS, flags->uts);
    if (config->linux_.namespaces & CLONE_NEWUTS)
        return;
    if (flags->hostname || flags->domainname)
        fail_plainly("it is the host's, with --uts host",
                     "--%s does not go with --uts host",
                     flags->hostname ? "hostname" : "domainname");
    config->hostname = NULL;
}

/* ---- --userns ----------------------------------------------------------------------- */

static bool read_id(const char **text, char end, uint32_t *id)
{
    size_t digits = strspn(*text, "0123456789");
    unsigned long long number = strtoull(*text, NULL, 10);

    if (digits == 0 || digits > 10 || number > UINT32_MAX ||
        (*text)[digits] != end)
        return false;
    *id = (uint32_t)number;
    *text += digits + (end != '\0');
    return true;
}

static bool read_mapping(const char *text, struct id_mapping *to)
{
    return read_id(&text, ':', &to->container) &&
           read_id(&text, ':', &to->host) && read_id(&text, '\0', &to->size) &&
           to->size > 0;
}

const char *parse_userns(const char *text, void *value)
{
    struct id_mapping mapping;

    if (strcmp(text, "host") == 0)
        return NULL;
    if (!read_mapping(text, &mapping))
        return "host, or ID:HOST:SIZE as 0:100000:65536";
    return parse_list(text, value);
}

static void set_user_namespace(struct config *config, const struct list *texts)
{
    struct id_mapping *ids = allocate(texts->count, sizeof(*ids));
    bool has_root = false;

    if (!texts->count)
        return;
    for (size_t i = 0; i < texts->count; i++) {
        read_mapping(texts->items[i], &ids[i]);
        has_root |= ids[i].container == 0;
    }
    if (!has_root)
        fail_plainly("0:HOST:SIZE", "--userns: the id 0 is missing");
    config->linux_.namespaces |= CLONE_NEWUSER;
    config->linux_.mappings =
        (struct id_mappings){ids, ids, texts->count, texts->count};
}

/* ---- --group-add, --sysctl ----------------------------------------------------------- */

const char *parse_group(const char *text, void *value)
{
    unsigned id;

    if (!*text || strchr(text, ':') || *text == '-' ||
        (is_number(text) && !parse_id(text, &id)))
        return "the number or name of a group";
    return parse_list(text, value);
}

static void add_groups(struct user *user, const struct list *texts)
{
    const char **names = allocate(texts->count, sizeof(*names));

    user->groups = names;
    user->additional_gids =
        allocate(texts->count, sizeof(*user->additional_gids));
    for (size_t i = 0; i < texts->count; i++) {
        gid_t *place = &user->additional_gids[user->additional_gid_count];

        /* config.json has words for numbers alone */
        names[i] = texts->items[i];
        if (parse_id(names[i], place))
            user->additional_gid_count++;
    }
}

static void set_sysctl(struct config *config, const struct list *texts)
{
    const struct pair *pairs = split_pairs(texts);
    const char *why;

    for (size_t i = 0; i < texts->count; i++)
        if (!sysctl_path(pairs[i].name, config, &why))
            fail_plainly(NULL, "--sysctl %s: %s", pairs[i].name, why);
    config->linux_.sysctl = pairs;
    config->linux_.sysctl_count = texts->count;
}

void use_security_flags(struct config *config, const struct flags *flags)
{
    set_capabilities(config, flags);
    if (flags->privileged) {
        config->process.no_new_privileges = false;
        config->linux_.built_in_filter = false;
        show_paths(config);
        allow_writing(config);
    }
    for (size_t i = 0; i < flags->security.count; i++)
        use_security_option(config, flags->security.items[i]);
    share(config, CLONE_NEWPID, flags->run.modes.pid);
    share(config, CLONE_NEWIPC, flags->run.modes.ipc);
    share(config, CLONE_NEWCGROUP, flags->cgroupns);
    share_uts(config, flags);
    set_user_namespace(config, &flags->userns);
    add_groups(&config->process.user, &flags->groups);
    set_sysctl(config, &flags->sysctl);
}
