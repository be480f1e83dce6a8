/*
 * properties.h - what a container is meant to keep from the host: one table,
 * from which come the two-sided checks and the isolation matrix.
 */
#ifndef PROPERTIES_H
#define PROPERTIES_H

enum outcome { NOT_MEASURED, LEAKS, HOLDS };

struct property {
    const char *name;  /* of its checks */
    const char *title; /* the attack, as a row of the matrix */
    int since;         /* the stage that establishes it */

    /* Tries the attack in a container of the stage, and looks at the host
     * for what came of it. Skips if this machine cannot tell. */
    enum outcome (*attempt)(int stage);
};

extern const struct property properties[]; /* ends with a row without name */

enum { MAX_PROPERTIES = 40 };

#endif
