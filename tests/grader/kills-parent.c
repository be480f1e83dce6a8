/* A wrong number for kill(2): its parent's. Stage: 4 */
#include <signal.h>
#include <unistd.h>

int main(void)
{
    kill(getppid(), SIGKILL);
    return 0;
}
