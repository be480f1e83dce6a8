/*
 * config_write.h - a config.json from a struct config: the way back of
 * config_json.h.
 */
#pragma once

#include "config.h"

/*
 * The text of a config.json from which load_bundle() makes a container like
 * `config`, as far as flags can ask for it; the caller frees it. There is no
 * word for: a user or groups by name (the user becomes 0), built_in_filter,
 * init, stdin_open, root_only, layers and network.
 */
char *write_config(const struct config *config);
