/* SPDX-License-Identifier: MIT */
/*
 * check-clone.h - a new process by the system call alone, without the fork
 * handlers that libc runs.
 */
#ifndef CHECK_CLONE_H
#define CHECK_CLONE_H

#include <sys/syscall.h>
#include <unistd.h>

/* A macro, as a child may share its parent's stack. */
#ifdef __s390x__			/* the stack comes first */
#define raw_clone(flags) ((pid_t)syscall(SYS_clone, 0, (flags), 0, 0, 0))
#else
#define raw_clone(flags) ((pid_t)syscall(SYS_clone, (flags), 0, 0, 0, 0))
#endif

#endif
