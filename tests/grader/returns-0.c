/* Tells that all is well, and does nothing. Stage: 5 */
int main(void)
{
    return 0;
}
