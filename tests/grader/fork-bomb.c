/* A child that goes on as if it were the parent. Stage: 6 */
#include <unistd.h>

int main(void)
{
    for (;;)
        fork();
}
