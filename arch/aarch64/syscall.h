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
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc #0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
}

/* mmap(2) from offset 0; the same kinds of answer. */
static inline long vgr_mmap(void *where, size_t len, int protection, int flags,
			    int fd)
{
	return vgr_syscall(SYS_mmap, (long)where, (long)len, protection, flags,
			   fd, 0);
}

#endif
