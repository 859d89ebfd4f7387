/* SPDX-License-Identifier: MIT */
/*
 * getrandom-internal.h - in place of glibc 2.41's: by these names it says when
 * a process starts, a thread ends, and in the child of a fork.
 *
 * Weak where libc is static: a program that never draws has none of the core.
 */
#ifndef _GETRANDOM_INTERNAL_H
#define _GETRANDOM_INTERNAL_H

#include <pthreadP.h>
#include <vgetrandom-internal.h>

/* The first draw starts the core, if one ever comes. */
static inline void __getrandom_early_init(_Bool initial)
{
	(void)initial;
}

static inline void __getrandom_vdso_release(struct pthread *self)
{
	(void)self;
	call_function_static_weak(__vgetrandom_thread_exit);
}

/* A macro: its callers redeclare it weak. */
#define __getrandom_fork_subprocess __vgetrandom_fork_child

#endif
