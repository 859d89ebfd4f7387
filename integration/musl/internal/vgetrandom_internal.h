/* SPDX-License-Identifier: MIT */
/*
 * vgetrandom_internal.h - random bytes served in user space, as the rest of
 * this C library sees them.
 */
#ifndef VGETRANDOM_INTERNAL_H
#define VGETRANDOM_INTERNAL_H

#include <features.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * getrandom, but no cancellation point.  Sets errno.  Signal handlers may call
 * it; it takes no lock and allocates nothing from malloc.
 */
hidden ssize_t __vgetrandom_call(void *, size_t, unsigned);

/*
 * The last that a thread does with its state: every later call of the thread
 * is a system call.
 */
hidden void __vgetrandom_thread_exit(void);

/* In the child of a fork, before anything else may run there. */
hidden void __vgetrandom_fork_child(void);

#endif
