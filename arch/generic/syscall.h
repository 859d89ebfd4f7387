/* SPDX-License-Identifier: MIT */
/*
 * syscall.h - one system call through libc, for architectures without a file
 * of their own.  Leaves errno as it was.
 */
#ifndef VGR_SYSCALL_H
#define VGR_SYSCALL_H

#include <errno.h>
#include <unistd.h>

/* Returns what the kernel returns: a result, or -errno. */
static inline long vgr_syscall(long number, long a, long b, long c,
			       long d, long e, long f)
{
	int kept = errno;
	long result = syscall(number, a, b, c, d, e, f);

	if (result == -1)
		result = -errno;
	errno = kept;
	return result;
}

#endif
