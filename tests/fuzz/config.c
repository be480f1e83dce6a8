/* config.c - a bundle's config.json. */
#include <limits.h>

#include "../../08-full/base.h"
#include "../../08-full/config_json.h"
#include "fuzz.h"

void run_target(void)
{
    struct config config = {0};
    char folder[PATH_MAX];

    mkdir("rootfs", 0755);
    if (getcwd(folder, sizeof(folder)))
        load_bundle(folder, "input", &config);
}

void look_after_target(void)
{
}
