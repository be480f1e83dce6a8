/*
 * base.h - what nearly every file here needs: the C library's usual headers,
 * and how to fail. So what else a file includes says what it is about.
 */
#pragma once

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/common.h"
#include "files.h"
#include "sync.h"
#include "text.h"
