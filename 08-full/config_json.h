/*
 * config_json.h - a container's configuration from config.json.
 *
 * See the OCI runtime specification, config.md and config-linux.md. Unknown
 * members are ignored, as the specification demands. A wrong type, an unknown
 * value, a missing member, and a section that this runtime does not offer end
 * the program with the member's path, before anything is made.
 */
#pragma once

#include "config.h"
#include "json.h"
#include "text.h"

/* Fills in `config` from `file`, a path from the folder `bundle` on, which is an
 * absolute path; NULL: config.json. */
void load_bundle(const char *bundle, const char *file, struct config *config);

/* The objects of the array `name`, each loaded into a place of a new array of
 * things of `size`; `count` gets their number. */
void *load_objects(struct json object, const char *name, size_t size,
                   void (*load)(struct json one, void *place), size_t *count);

/* An object of texts; `count` gets their number. */
struct pair *load_pairs(struct json object, size_t *count);

/* ---- a file for each part ----------------------------------------------- */

/* config_hooks.c: "hooks" */
void load_hooks(struct json document, struct hooks *to);

/* config_process.c: "process"; a label, NULL if there is none; and an array of
 * texts, which NULL ends */
const char *load_label(struct json object, const char *name, bool supported);
char **load_texts(struct json object, const char *name);
void load_process(struct json process, struct process *to);
extern const struct word rlimit_types[]; /* RLIMIT_... */

/* config_net_devices.c: "linux.netDevices"; the namespaces are there already */
void load_net_devices(struct json linux_, struct config *config);

/* config_attributes.c: what belongs to attributes.h of "process" and "linux",
 * NULL if it is not there; and words of memoryPolicy for features.md */
void load_scheduling(struct json process, struct process *to);
const struct memory_policy *load_memory_policy(struct json linux_);
const unsigned *load_personality(struct json linux_);
extern const struct word memory_modes[], memory_flags[];

/* config_mounts.c: "mounts", and an array of absolute paths, which NULL ends
 * (linux.maskedPaths and the like) */
void load_mounts(struct json document, const char *bundle,
                 struct config *config);
const char *const *load_paths(struct json object, const char *name);

/* config_mounts.c: uidMappings and gidMappings, of "linux" or of a mount */
void load_mappings(struct json object, struct id_mappings *to);

/* config_linux.c: "linux" */
void load_linux(struct json document, struct config *config);

/* config_seccomp.c: "linux.seccomp", NULL if it is not there; and the "seccomp"
 * of features.md */
const struct seccomp *load_seccomp(struct json linux_);
struct json_object *describe_seccomp(void);

/* The namespaces with a path alone, for a container that is in them. */
void load_joined(struct json linux_, struct config *config);

/* config_resources.c: "linux.resources"; the devices are there already. And
 * all of it but the rules for devices, which can be changed later. */
void load_resources(struct json linux_, struct config *config);
void load_limits(struct json resources, struct resources *to);
extern const struct word rate_lists[]; /* of blockIO, an enum rate_kind each */

/* config_devices.c: "linux.resources.devices" */
void load_device_rules(struct json resources, struct config *config);
