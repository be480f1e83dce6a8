/* fuzz.c - what the targets share: their folder, and that exit() is no end. */
#include "fuzz.h"

#include <sched.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdnoreturn.h>
#include <sys/mount.h>

#include "../../08-full/base.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
noreturn void __real_exit(int status);
noreturn void __wrap_exit(int status);

static jmp_buf begin;
static bool runs;
static int scratch, fuzzers;

/* Stage 8 ends by exit(3) when an input is wrong; the linker calls this one. */
noreturn void __wrap_exit(int status)
{
    if (runs)
        longjmp(begin, 1);
    __real_exit(status);
}

/* A folder on which nothing of the machine depends. The fuzzer itself stays
 * where it was started: its corpus is there. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    int old = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    (void)argc;
    (void)argv;
    if (unshare(CLONE_NEWNS) == -1 ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
        mount("fuzz", "/mnt", "tmpfs", 0, "size=64m") == -1)
        die("mount tmpfs on /mnt");
    scratch = open("/mnt", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    fuzzers = fcntl(old, F_DUPFD_CLOEXEC, 100);
    if (scratch == -1 || fuzzers == -1)
        die("open /mnt");
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int input, first = -1;

    if (fchdir(scratch) == -1)
        die("chdir /mnt");
    input = open("input", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (input == -1 || write(input, data, size) != (ssize_t)size)
        die("write /mnt/input");
    close(input);
    first = fcntl(scratch, F_DUPFD_CLOEXEC, 0);
    runs = true;
    if (setjmp(begin) == 0)
        run_target();
    runs = false;
    look_after_target();
    /* those that the target would have closed by ending */
    close_range((unsigned)first, 99, 0);
    return fchdir(fuzzers);
}
