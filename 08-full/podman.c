/* podman.c - docker's words that are not for a toy. */
#include "podman.h"

#include "base.h"
#include "names.h"
#include "paths.h"
#include "verbs.h"

static const struct {
    const char *verb, *flags;
} flags_of_verbs[] = {
    {"run",
     "--attach -a --blkio-weight-device --cgroup-parent --cpu-count "
     "--cpu-percent --cpu-rt-period --cpu-rt-runtime --device-cgroup-rule "
     "--disable-content-trust --dns-opt --dns-option --expose --gpus "
     "--health-cmd --health-interval --health-retries "
     "--health-start-interval --health-start-period --health-timeout --ip "
     "--ip6 --io-maxbandwidth --io-maxiops --isolation --kernel-memory "
     "--label-file --link --link-local-ip --mac-address --net-alias "
     "--network-alias --no-healthcheck --platform --quiet -q "
     "--runtime --sig-proxy --use-api-socket --volume-driver --volumes-from"},
    {"create", "--detach -d --env -e --interactive -i --name --network "
               "--publish -p --rm --tty -t --volume -v"},
    {"ps", "--size -s"},
    {"inspect", "--size -s"},
    {"logs", "--details"},
    {"stats", "--no-trunc"},
    {"start", "--checkpoint --checkpoint-dir --detach-keys"},
    {"rm", "--link -l"},
    {"images", "--digests --filter -f --tree"},
    {"rmi", "--no-prune"},
    {"load", "--platform --quiet -q"},
    {"import", "--change -c --message -m --platform"},
};

static const char verbs_of_podman[] =
    "build builder buildx compose config context export history "
    "info login logout manifest network node plugin push rename save search "
    "secret service stack swarm system tag trust volume";

/* For these there is something in their place. */
static const struct {
    const char *verb, *instead;
} other_verbs[] = {
    {"container", "its verbs stand alone, as in stage-8 ps"},
    {"cp", "exec NAME cat FILE >COPY brings a file out, and "
           "exec -i NAME sh -c 'cat >COPY' <FILE in"},
    {"image", "its verbs stand alone, as in stage-8 images"},
    {"port", "ps shows the ports of containers"},
    {"pull", "skopeo copy docker://NAME docker-archive:FILE:NAME brings an "
             "image, and load -i FILE takes it"},
    {"version", "stage-8 --version"},
};

/* The path of this program, for a command line. */
static const char *own_path(void)
{
    static char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

    if (length > 0)
        path[length] = '\0';
    return length > 0 && access(path, X_OK) == 0 ? path : "\"$PWD/stage-8\"";
}

static char *podman_has(const char *words)
{
    return format_text("podman has more, with this runtime: podman --runtime "
                       "%s %s ...",
                       own_path(), words);
}

void refuse_docker_flag(const char *verb, const char *flag)
{
    for (size_t i = 0; i < COUNT(flags_of_verbs); i++)
        if (strcmp(flags_of_verbs[i].verb, verb) == 0 &&
            has_word(flags_of_verbs[i].flags, flag))
            fail_plainly(podman_has(format_text("%s %s", verb, flag)),
                         "%s is docker's, and not supported here", flag);
}

static bool is_in_rootfs(const char *command)
{
    static const char *const folders[] = {"usr/local/sbin", "usr/local/bin",
                                          "usr/sbin",       "usr/bin",
                                          "sbin",           "bin"};
    int root = open("rootfs", O_PATH | O_DIRECTORY | O_CLOEXEC);
    bool found = false;

    for (size_t i = 0; root != -1 && !found && i < COUNT(folders); i++) {
        char *path = format_text("%s/%s", folders[i], command);
        int fd = open_in_root(root, path, O_PATH);

        found = fd != -1;
        if (found)
            close(fd);
        free(path);
    }
    if (root != -1)
        close(root);
    return found;
}

/* "web:/etc/hosts" among the words, and not "/a:b". */
static bool names_container_path(char **words)
{
    for (; *words; words++)
        if ((*words)[strcspn(*words, ":/")] == ':')
            return true;
    return false;
}

/* NULL if docker has no such verb. */
static const char *instead_of(const char *verb)
{
    for (size_t i = 0; i < COUNT(other_verbs); i++)
        if (strcmp(other_verbs[i].verb, verb) == 0)
            return other_verbs[i].instead;
    return has_word(verbs_of_podman, verb) ? podman_has(verb) : NULL;
}

void refuse_docker_verb(char **words)
{
    const char *verb = words[0], *instead = verb ? instead_of(verb) : NULL;

    if (instead && (!is_in_rootfs(verb) ||
                    (strcmp(verb, "cp") == 0 && names_container_path(words))))
        fail_plainly(format_text("%s; stage-8 -- %s is a command in ./rootfs",
                                 instead, verb),
                     "%s is a verb of docker's, and not supported here", verb);
}

void suggest_verb(const char *word)
{
    if (!word || strlen(word) < 4 || strchr(word, '/') || *word == '-' ||
        is_in_rootfs(word))
        return;
    for (const struct verb *verb = verbs; verb->name; verb++) {
        struct failure failure = {.status = EXIT_NOT_FOUND};

        if (!verb->run || !*verb->help || strlen(verb->name) < 4 ||
            !is_near(word, verb->name))
            continue;
        snprintf(failure.text, sizeof(failure.text),
                 "%.80s: no verb, and no command in ./rootfs", word);
        snprintf(failure.hint, sizeof(failure.hint), "did you mean %s?",
                 verb->name);
        end_with_failure(&failure);
    }
}
