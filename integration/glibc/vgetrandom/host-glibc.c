/* SPDX-License-Identifier: MIT */
/*
 * host-glibc.c - what host-libc.c and the core ask of glibc.
 */
#include "config.h"

#include <errno.h>
#include <libc-internal.h>
#include <pthreadP.h>

#include "host-libc.h"
#include "host.h"

bool vgr_libc_hears_of_all(void)
{
#ifdef SHARED		/* 2.36 has no such variable in a static one */
	return __libc_initial;
#else
	return true;
#endif
}

int vgr_host_stack(uintptr_t *low, uintptr_t *high)
{
	struct pthread *self = THREAD_SELF;

	/* The first thread's stack has no bounds that are known without asking. */
	if (!self->stackblock)
		return -ESRCH;
	*low = (uintptr_t)self->stackblock;
	*high = *low + self->stackblock_size - 1;
	return 0;
}
