/* SPDX-License-Identifier: MIT */
/*
 * vgetrandom-internal.h - random bytes served in user space, as the rest of
 * this C library sees them.
 */
#ifndef _VGETRANDOM_INTERNAL_H
#define _VGETRANDOM_INTERNAL_H

#include <stddef.h>
#include <sys/types.h>

/*
 * getrandom, but no cancellation point.  Sets errno.  Signal handlers may call
 * it; it takes no lock and allocates nothing from malloc.
 */
ssize_t __vgetrandom_call (void *buffer, size_t length, unsigned int flags)
  __attribute__ ((visibility ("hidden")));

/* The last that a thread does with its state: every later call of the thread
   is a system call.  */
void __vgetrandom_thread_exit (void)
  __attribute__ ((visibility ("hidden")));

/* In the child of a fork, before anything else may run there.  */
void __vgetrandom_fork_child (void)
  __attribute__ ((visibility ("hidden")));

#endif
