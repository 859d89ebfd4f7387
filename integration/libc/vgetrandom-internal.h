/* SPDX-License-Identifier: MIT */
/*
 * vgetrandom-internal.h - random bytes served in user space, as the rest of a C
 * library sees them.
 */
#ifndef VGETRANDOM_INTERNAL_H
#define VGETRANDOM_INTERNAL_H

#include <stddef.h>
#include <sys/types.h>

/*
 * getrandom, but no cancellation point.  Sets errno.  Signal handlers may call
 * it; it takes no lock and allocates nothing from malloc.
 */
__attribute__((visibility("hidden")))
ssize_t __vgetrandom_call(void *buffer, size_t length, unsigned int flags);

/*
 * The last that a thread does with its state: every later call of the thread
 * is a system call.
 */
__attribute__((visibility("hidden")))
void __vgetrandom_thread_exit(void);

/* In the child of a fork, before anything else may run there. */
__attribute__((visibility("hidden")))
void __vgetrandom_fork_child(void);

#endif
