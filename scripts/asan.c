/* asan.c - linked to the stages that `make asan` builds. */

const char *__asan_default_options(void);
void __asan_handle_no_return(void);

/* What a stage allocates lives as long as the stage. */
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

/*
 * The sanitizer's own clears the shadow of the thread's stack before a call
 * that does not return, and complains on stderr about the child's, which it
 * does not know. Only longjmp(3) needs it, and there is none.
 */
void __asan_handle_no_return(void)
{
}
