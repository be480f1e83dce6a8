/* images.h - real root file systems, made before the checks start. */
#ifndef IMAGES_H
#define IMAGES_H

/*
 * Makes build/tests/busybox and build/tests/debian, if they are not there and
 * can be made. Called in the true host, which has a network; what went wrong
 * becomes the reason of a skip.
 */
void prepare_images(void);

#endif
