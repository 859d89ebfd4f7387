/* SPDX-License-Identifier: MIT */
/*
 * host-musl.c - what host-libc.c and the core ask of musl.
 */
#include "config.h"

#include <errno.h>

#include "host-libc.h"
#include "host.h"

/* musl has no dlmopen, no audit modules. */
bool vgr_libc_hears_of_all(void)
{
	return true;
}

int vgr_host_stack(uintptr_t *low, uintptr_t *high)
{
	struct pthread *self = __pthread_self();

	/* The first thread's stack has no bounds that are known without asking. */
	if (!self->stack)
		return -ESRCH;
	*high = (uintptr_t)self->stack - 1;
	*low = (uintptr_t)self->stack - self->stack_size;
	return 0;
}
