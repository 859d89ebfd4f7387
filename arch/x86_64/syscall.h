/* SPDX-License-Identifier: MIT */
/*
 * syscall.h - one system call, without libc: no errno, no cancellation point,
 * and nothing that a preloaded library could have put in its place.
 */
#ifndef VGR_SYSCALL_H
#define VGR_SYSCALL_H

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

#endif
