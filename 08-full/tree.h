/*
 * tree.h - removing a folder with all that is in it, whoever wrote it.
 */
#pragma once

/*
 * Removes `name`, a file or folder in the folder `parent`, and follows no link
 * on the way. How deep its folders are nested does not matter: a container can
 * make them deeper than any stack or path is long. Returns 0, or -1 and errno;
 * 0 also if there is none.
 */
int remove_tree(int parent, const char *name);
