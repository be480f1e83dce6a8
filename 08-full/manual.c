/* manual.c - the manual page, in the language of man(7). */
#include <sys/wait.h>

#include "base.h"
#include "help.h"

static const char head[] =
    ".TH STAGE-8 8 \"\" \"toy_docker\" \"System Administration\"\n"
    ".SH NAME\n"
    "stage\\-8 \\- a container runtime that can be read\n"
    ".SH SYNOPSIS\n"
    ".B stage\\-8\n"
    "[\\fIFLAG\\fR...] [\\-\\-] [\\fICOMMAND\\fR [\\fIARGUMENT\\fR...]]\n"
    ".br\n"
    ".B stage\\-8\n"
    "[\\fIFLAG\\fR...] \\fIVERB\\fR [\\fIFLAG\\fR...] [\\fIARGUMENT\\fR...]\n"
    ".SH DESCRIPTION\n"
    "The first form runs a command, or a shell, in a container of\n"
    ".IR ./rootfs .\n"
    "The second has docker's verbs and flags for containers and images, and\n"
    "those by which podman, containerd and dockerd call a runtime: it can take\n"
    "the place of runc. It needs root.\n"
    ".PP\n"
    "A container is named by its name, its id, or the beginning of its id.\n";

static const char tail[] =
    ".SH EXIT STATUS\n"
    "The command's own; 128+N if signal N killed it; 127 if it is not there;\n"
    "126 if it cannot be executed; 125 if stage\\-8 itself failed.\n"
    ".SH ENVIRONMENT\n"
    ".TP\n"
    ".B NO_COLOR\n"
    "Nothing is printed in color.\n"
    ".SH FILES\n"
    ".TP\n"
    ".I /run/toy-docker/ID/\n"
    "What is known of a container while it is there.\n"
    ".TP\n"
    ".I /var/lib/toy-docker/\n"
    "The images, their layers, and what \"run\" has made.\n"
    ".TP\n"
    ".I ./rootfs, ./conf\n"
    "The root file system of the first form, and files put into its\n"
    ".IR /etc .\n"
    ".SH EXAMPLES\n"
    "A shell in a folder that has a root file system:\n"
    ".PP\n"
    ".EX\n"
    "    stage\\-8 run \\-it \\-\\-rootfs ./rootfs sh\n"
    ".EE\n"
    ".PP\n"
    "An image from docker's hub, by skopeo(1):\n"
    ".PP\n"
    ".EX\n"
    "    skopeo copy docker://alpine:3.20 oci:alpine:3.20\n"
    "    stage\\-8 load \\-i alpine \\-\\-name alpine:3.20\n"
    "    stage\\-8 run alpine:3.20 echo hello\n"
    ".EE\n"
    ".PP\n"
    "As the runtime below podman:\n"
    ".PP\n"
    ".EX\n"
    "    podman \\-\\-runtime $(command \\-v stage\\-8) run alpine echo hello\n"
    ".EE\n"
    ".SH SEE ALSO\n"
    ".BR docker (1),\n"
    ".BR podman (1),\n"
    ".BR runc (8),\n"
    ".BR namespaces (7),\n"
    ".BR cgroups (7),\n"
    ".BR capabilities (7)\n";

/* No character of a table means anything to roff, and "-" is that of the
 * keyboard. */
static void print_text(const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '-':
            printf("\\-");
            break;
        case '\\':
            printf("\\e");
            break;
        default:
            putchar(*text);
        }
}

static void print_flags(const struct flag *flags)
{
    for (; flags->name; flags++) {
        printf(".TP\n\\fB");
        print_text(flag_text(flags));
        printf("\\fR\n\\&");
        print_text(flags->help);
        putchar('\n');
    }
}

static void print_table(const struct flag *flags, const char *about)
{
    (void)about;
    print_flags(flags);
}

/* Who shows a table ends the program: a child, then. */
static void print_flags_of(const struct verb *verb, bool global)
{
    int status;
    pid_t pid;

    fflush(NULL);
    pid = fork();
    if (pid == -1)
        fail("fork");
    if (pid == 0 && global)
        see_global_flags(print_table);
    if (pid == 0)
        see_flags(verb, print_table);
    if (waitpid(pid, &status, 0) == -1)
        fail("waitpid");
    if (status != 0)
        exit(EXIT_STAGE_FAILED);
}

static void print_verb(const struct verb *verb)
{
    printf(".SS ");
    print_text(verb->name);
    printf("\n\\fBstage\\-8 ");
    print_text(verb->name);
    printf("\\fR ");
    print_text(verb->usage);
    printf("\n.PP\n%c", verb->help[0] - 'a' + 'A');
    print_text(verb->help + 1);
    printf(".\n");
    print_flags_of(verb, false);
}

void print_manual(void)
{
    fputs(head, stdout);
    printf(".SH FLAGS WITHOUT A VERB\n");
    print_flags_of(NULL, false);
    print_flags(flags_of_all);
    printf(".PP\nAll verbs have the last two as well.\n"
           ".SH FLAGS BEFORE A VERB\n");
    print_flags_of(NULL, true);
    for (const struct verb *verb = verbs; verb->name; verb++)
        if (!verb->run)
            printf(".SH %s\n", verb->name);
        else if (*verb->help)
            print_verb(verb);
    fputs(tail, stdout);
}
