/* pool.c - addresses as folders. */
#include "pool.h"

#include <arpa/inet.h>
#include <sys/file.h>

#include "base.h"
#include "state.h"

char *pool_path(void)
{
    struct stat status;

    if (stat("/proc/self/ns/net", &status) == -1)
        fail("stat /proc/self/ns/net");
    /* the dot: no container's id begins so */
    return format_text("%s/.network.%llu", default_state_root(),
                       (unsigned long long)status.st_ino);
}

/* Others may reach the files in it, but not open and so lock it. */
static int make_folder(int folder, const char *path)
{
    return mkdirat(folder, path, 0711);
}

int open_pool(bool make)
{
    char *path = pool_path();
    struct stat status = {0};
    int fd = -1;

    /* another one may remove it while we wait for the lock */
    while (status.st_nlink == 0) {
        if (make && (make_dir(default_state_root()) == -1 ||
                     (make_folder(AT_FDCWD, path) == -1 && errno != EEXIST)))
            fail("mkdir %s", path);
        fd = open_folder(AT_FDCWD, path);
        if (fd == -1 && errno == ENOENT && make)
            continue;
        if (fd == -1 && errno == ENOENT)
            break;
        if (fd == -1 || flock(fd, LOCK_EX) == -1 || fstat(fd, &status) == -1)
            fail("open and lock %s", path);
        if (status.st_nlink == 0)
            close(fd);
    }
    free(path);
    return fd;
}

void remove_pool(void)
{
    char *path = pool_path();

    if (rmdir(path) == -1)
        warn("cannot remove %s: %s", path, strerror(errno));
    free(path);
}

/* Opens the folder of an address, and locks it if that needs no waiting;
 * else -1. */
static int lock_lease(int pool, struct in_addr address)
{
    int fd = open_folder(pool, inet_ntoa(address));

    if (fd == -1 || flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    close(fd);
    return -1;
}

void take_address(struct network *network)
{
    for (uint32_t i = 1; i <= POOL_SIZE; i++) {
        const char *name;

        network->address.s_addr = htonl(ntohl(network->gateway.s_addr) + i);
        name = inet_ntoa(network->address);
        if (make_folder(network->pool, name) == 0) {
            network->lease = lock_lease(network->pool, network->address);
            if (network->lease == -1)
                fail("lock %s in the pool of addresses", name);
            return;
        }
        if (errno != EEXIST)
            fail("mkdir %s in the pool of addresses", name);
    }
    fail_plainly(NULL, "all %d addresses of the bridge are taken", POOL_SIZE);
}

size_t list_addresses(int pool, struct in_addr *addresses)
{
    DIR *folder = list_folder(pool, ".");
    struct dirent *entry;
    size_t count = 0;

    if (!folder)
        fail("read the pool of addresses");
    while ((entry = readdir(folder)) && count < POOL_SIZE)
        if (inet_pton(AF_INET, entry->d_name, &addresses[count]) == 1)
            count++;
    closedir(folder);
    return count;
}

bool is_left_over(int pool, struct in_addr address)
{
    int fd = lock_lease(pool, address);

    if (fd != -1)
        close(fd);
    return fd != -1;
}

void give_back_address(int pool, struct in_addr address)
{
    static const char *const names[] = {"hosts", "resolv.conf", "rules"};
    char *folder = inet_ntoa(address);

    for (size_t i = 0; i < COUNT(names); i++) {
        char *path = format_text("%s/%s", folder, names[i]);

        unlinkat(pool, path, 0);
        free(path);
    }
    if (unlinkat(pool, folder, AT_REMOVEDIR) == -1 && errno != ENOENT)
        warn("cannot give back the address %s: %s", folder, strerror(errno));
}

void write_lease_file(const struct network *network, const char *name,
                      const char *text)
{
    if (!write_text(network->lease, name, O_EXCL, 0644, text))
        fail("write %s/%s of the pool", inet_ntoa(network->address), name);
}

char *read_lease_file(struct in_addr address, const char *name)
{
    char *folder = pool_path();
    char *text = read_path("%s/%s/%s", folder, inet_ntoa(address), name);

    free(folder);
    return or_empty(text);
}
