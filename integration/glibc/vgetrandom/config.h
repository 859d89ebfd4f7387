/* SPDX-License-Identifier: MIT */
/*
 * config.h - the core's config.h inside glibc; names.h, which the build makes,
 * gives its functions names that a C library may use, and SYS_* the values that
 * <sys/syscall.h> does not have before there is a libc.
 */
#ifndef VGR_CONFIG_H
#define VGR_CONFIG_H

#include "names.h"

/* libc is always among the first: its variables have room in static TLS. */
#define VGR_TLS_MODEL		__attribute__((tls_model("initial-exec")))
#define VGR_TLS_IS_INITIAL_EXEC	1

/* <sys/mman.h> has all of <linux/mman.h>, and in a build of libc once more. */
#define _LINUX_MMAN_H

/* libc's own names, so that nobody's function of the same name gets called. */
#ifndef __ASSEMBLER__
#include <sys/auxv.h>
#define getauxval		__getauxval
#endif

#endif
