/* child.h - shared by the files of common/ only; stages use common.h. */
#ifndef CHILD_H
#define CHILD_H

#include <stdbool.h>

/* True in the process that called begin_child. */
extern bool is_child;

#endif
