/* Waits for something that never comes. Stage: 3 */
#include <unistd.h>

int main(void)
{
    for (;;)
        pause();
}
