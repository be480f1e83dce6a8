/*
 * podman.h - docker's words that are not for a toy: who types them is told so,
 * and who has them.
 */
#pragma once

/* Ends the program if the verb has this flag in docker, and not here. */
void refuse_docker_flag(const char *verb, const char *flag);

/*
 * Ends the program if the first word is a verb of docker's that is not here.
 * But not if it can be meant as a command of the direct form: one that is in
 * ./rootfs. ("cp" is; with CONTAINER:PATH it is docker's all the same.)
 */
void refuse_docker_verb(char **words);

/* Ends the program if the word (or NULL) is nearly a verb, and no command that
 * is in ./rootfs. */
void suggest_verb(const char *word);
