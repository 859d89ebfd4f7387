/* SPDX-License-Identifier: MIT */
/*
 * syscall.h - one system call through libc, for architectures without a file
 * of their own.  Leaves errno as it was.
 */
#ifndef VGR_SYSCALL_H
#define VGR_SYSCALL_H

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
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

/*
 * mmap(2) from offset 0; the same kinds of answer.  By libc's mmap(), which
 * knows the call's number and shape: some machines pass a pointer to the
 * arguments, some count the offset in pages.
 */
static inline long vgr_mmap(void *where, size_t len, int protection, int flags,
			    int fd)
{
	int kept = errno;
	void *mapped = mmap(where, len, protection, flags, fd, 0);
	long result = mapped == MAP_FAILED ? -errno : (long)mapped;

	errno = kept;
	return result;
}

#endif
