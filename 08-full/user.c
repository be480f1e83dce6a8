/* user.c - users and groups of the container. */
#include "user.h"

#include <grp.h>

#include "base.h"
#include "paths.h"

enum { FILE_LIMIT = 4 << 20, FIELDS = 7 };

bool is_number(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text);
}

bool parse_id(const char *text, unsigned *id)
{
    unsigned long long value;

    if (!is_number(text) || strlen(text) > 10)
        return false;
    value = strtoull(text, NULL, 10);
    *id = (unsigned)value;
    return value < UINT32_MAX;
}

/* Calls `visit` with the fields of each line of the file until it returns
 * true; missing fields are "". */
static bool find_line(const char *text,
                      bool (*visit)(char *fields[FIELDS], void *data),
                      void *data)
{
    char *copy = text ? strdup(text) : NULL;
    char *rest = copy, *line;
    bool found = false;

    while (!found && (line = strsep(&rest, "\n"))) {
        char *fields[FIELDS];

        for (int i = 0; i < FIELDS; i++)
            if (!(fields[i] = strsep(&line, ":")))
                fields[i] = "";
        found = visit(fields, data);
    }
    free(copy);
    return found;
}

/* ---- /etc/passwd --------------------------------------------------------- */

struct passwd_search {
    const char *name; /* to be found by name, or NULL: by identity->uid */
    struct identity *identity;
    char *login; /* result: the entry's name */
};

static bool visit_passwd(char *fields[FIELDS], void *data)
{
    struct passwd_search *search = data;
    struct identity *identity = search->identity;
    unsigned uid, gid;

    if (!*fields[0] || !parse_id(fields[2], &uid) || !parse_id(fields[3], &gid))
        return false;
    if (search->name ? strcmp(fields[0], search->name) != 0
                     : uid != identity->uid)
        return false;
    identity->uid = uid;
    identity->gid = gid;
    search->login = strdup(fields[0]);
    if (*fields[5] == '/')
        identity->home = strdup(fields[5]);
    return true;
}

/* ---- /etc/group ---------------------------------------------------------- */

struct group_search {
    const char *name;  /* of the group to be found */
    const char *login; /* or of the user whose groups are to be found */
    struct identity *identity;
};

static bool visit_group(char *fields[FIELDS], void *data)
{
    struct group_search *search = data;
    unsigned gid;

    if (strcmp(fields[0], search->name) != 0 || !parse_id(fields[2], &gid))
        return false;
    search->identity->gid = gid;
    return true;
}

static void add_group(struct identity *identity, gid_t gid)
{
    for (size_t i = 0; i < identity->group_count; i++)
        if (identity->groups[i] == gid)
            return;
    identity->groups = add_room(identity->groups, identity->group_count,
                                sizeof(*identity->groups));
    identity->groups[identity->group_count++] = gid;
}

static bool visit_membership(char *fields[FIELDS], void *data)
{
    struct group_search *search = data;
    struct identity *identity = search->identity;
    char *members = fields[3], *member;
    unsigned gid;

    if (!parse_id(fields[2], &gid))
        return false;
    while ((member = strsep(&members, ",")))
        if (strcmp(member, search->login) == 0)
            break;
    if (!member)
        return false;
    add_group(identity, gid);
    return false; /* look at the other groups, too */
}

/* ---- USER[:GROUP] -------------------------------------------------------- */

static char *find_login(const char *user, const char *passwd,
                        struct identity *identity)
{
    struct passwd_search search = {.identity = identity};

    if (is_number(user)) {
        if (!parse_id(user, &identity->uid))
            fail_plainly(NULL, "user %.80s: a user id is at most 4294967294",
                         user);
        find_line(passwd, visit_passwd, &search);
        return search.login;
    }
    search.name = user;
    if (!find_line(passwd, visit_passwd, &search))
        fail_plainly("a number needs no entry there",
                     "user %.80s: not in the container's /etc/passwd", user);
    return search.login;
}

static void find_group(const char *name, const char *group,
                       struct identity *identity)
{
    struct group_search search = {.name = name, .identity = identity};

    if (is_number(name)) {
        if (!parse_id(name, &identity->gid))
            fail_plainly(NULL, "group %.80s: a group id is at most 4294967294",
                         name);
        return;
    }
    if (!find_line(group, visit_group, &search))
        fail_plainly("a number needs no entry there",
                     "group %.80s: not in the container's /etc/group", name);
}

/* The files may be missing: numbers work without. */
static char *read_database(int root, const char *path)
{
    char *text = read_in_root(root, path, FILE_LIMIT);

    if (!text && errno != ENOENT && errno != ENOTDIR)
        fail_with_hint("it must be an ordinary file, of at most 4M; or there "
                       "may be none",
                       "read the container's %s", path);
    return text;
}

void find_user(const struct user *asked, int root, struct identity *identity)
{
    const char *name = asked->name;
    char *passwd = read_database(root, "/etc/passwd");
    char *group = read_database(root, "/etc/group");
    char *user = format_text("%s", name ? name : "0");
    char *colon = strchr(user, ':');
    char *login;

    *identity = (struct identity){.keep_groups = asked->keep_groups};
    if (colon)
        *colon++ = '\0';
    if (!*user || (colon && !*colon))
        fail_plainly("USER, USER:GROUP, UID or UID:GID", "user \"%.80s\"",
                     name);
    login = find_login(user, passwd, identity);
    if (colon) {
        find_group(colon, group, identity);
    } else if (login) {
        struct group_search search = {.login = login, .identity = identity};

        find_line(group, visit_membership, &search);
    }
    for (size_t i = 0; i < asked->additional_gid_count; i++)
        add_group(identity, asked->additional_gids[i]);
    for (size_t i = 0; asked->groups && asked->groups[i]; i++) {
        struct identity found = {0};

        find_group(asked->groups[i], group, &found);
        add_group(identity, found.gid);
    }
    /* or a setgid program could put it away, and with it what a file refuses
     * this group (CVE-2022-36109) */
    if (asked->primary_group_too)
        add_group(identity, identity->gid);
    if (!identity->home)
        identity->home = strdup(identity->uid == 0 ? "/root" : "/");
    free(login);
    free(user);
    free(group);
    free(passwd);
}

/* In a user namespace there are only the ids that it maps. */
static const char *id_hint(void)
{
    return errno == EINVAL ? "the user namespace does not map this id" : NULL;
}

void become_user(const struct identity *identity)
{
    /* groups first: another user could not change them any more. Always,
     * even to none: the runtime's own must not stay unless somebody asks for
     * that. But none to none is forbidden in some user namespaces */
    if (!identity->keep_groups &&
        (identity->group_count > 0 || getgroups(0, NULL) != 0) &&
        setgroups(identity->group_count, identity->groups) == -1)
        fail_with_hint(id_hint(), "setgroups");
    if (setresgid(identity->gid, identity->gid, identity->gid) == -1)
        fail_with_hint(id_hint(), "setresgid %u", identity->gid);
    if (setresuid(identity->uid, identity->uid, identity->uid) == -1)
        fail_with_hint(id_hint(), "setresuid %u", identity->uid);
    explain("setresuid(%u), setresgid(%u), setgroups(%zu)", identity->uid,
            identity->gid, identity->group_count);
}
