/* SPDX-License-Identifier: MIT */
/*
 * config.h - the core's config.h inside musl; names.h, which the build makes,
 * gives its functions names that a C library may use.
 */
#ifndef VGR_CONFIG_H
#define VGR_CONFIG_H

#include "names.h"

#ifndef __ASSEMBLER__
#include <unistd.h>		/* first: musl's own headers make syscall a macro */
#include "pthread_impl.h"

/*
 * musl itself has no __thread variables: the dynamic linker uses libc before
 * there is TLS.  The descriptor of a new thread is zeroed.
 */
#define VGR_HOST_HAS_THREAD_SLOT 1
#undef vgr_thread_slot
#define vgr_thread_slot \
	(*(struct vgr_slot *volatile *)&__pthread_self()->vgetrandom_slot)
#endif

#endif
