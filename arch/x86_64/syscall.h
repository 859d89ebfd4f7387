/* SPDX-License-Identifier: MIT */
/*
 * syscall.h - one system call, without libc: no errno, no cancellation point,
 * and nothing that a preloaded library could have put in its place.
 */
#ifndef VGR_SYSCALL_H
#define VGR_SYSCALL_H

#include <stddef.h>
#include <sys/syscall.h>

/* Returns what the kernel returns: a result, or -errno. */
static inline long vgr_syscall(long number, long a, long b, long c,
			       long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c),
			   "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

/* mmap(2) from offset 0; the same kinds of answer. */
static inline long vgr_mmap(void *where, size_t len, int protection, int flags,
			    int fd)
{
	return vgr_syscall(SYS_mmap, (long)where, (long)len, protection, flags,
			   fd, 0);
}

#endif
