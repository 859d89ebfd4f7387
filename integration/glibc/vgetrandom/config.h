/* SPDX-License-Identifier: MIT */
/*
 * config.h - the core's config.h inside glibc; names.h, which the build makes,
 * gives its functions names that a C library may use, and SYS_* the values that
 * <sys/syscall.h> does not have before there is a libc.
 */
#ifndef VGR_CONFIG_H
#define VGR_CONFIG_H

#include "names.h"

/* <sys/mman.h> has all of <linux/mman.h>, and in a build of libc once more. */
#define _LINUX_MMAN_H

#ifndef __ASSEMBLER__
#include <features.h>
#include <sys/auxv.h>

/* libc's own names, so that nobody's function of the same name gets called. */
#define getauxval		__getauxval

#if __GLIBC_PREREQ(2, 41)
/* Since 2.41 a thread's descriptor has room for it. */
#include <tls.h>
#define VGR_HOST_HAS_THREAD_SLOT 1
#undef vgr_thread_slot
#define vgr_thread_slot \
	(*(struct vgr_slot *volatile *)&THREAD_SELF->getrandom_buf)
#ifdef __x86_64__
/* Here, and not everywhere, this is a read that nothing can replace. */
#define VGR_TLS_READ_ANEW(variable) \
	((struct vgr_slot *)THREAD_GETMEM(THREAD_SELF, getrandom_buf))
#endif
#else
/* libc is always among the first: its variables have room in static TLS. */
#define VGR_TLS_MODEL		__attribute__((tls_model("initial-exec")))
#define VGR_TLS_IS_INITIAL_EXEC	1
#endif
#endif

#endif
