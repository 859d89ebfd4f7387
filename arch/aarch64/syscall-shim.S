/* SPDX-License-Identifier: MIT */
/*
 * syscall-shim.S - stands in for libc's syscall(), for the preload.
 *
 * long syscall(long number, ...);
 *   x0 number   x1-x6   the system call's arguments
 *
 * SYS_getrandom is served by the library; every other number goes to the
 * kernel exactly as libc would send it: same registers, -1 and errno for
 * results from -4095 to -1, and no frame.  The return address stays in x30,
 * which the kernel keeps: a child on a stack of its own finds its way, and one
 * that shares its parent's stack cannot spoil its parent's.
 *
 * The whole of x0 is compared.  The kernel looks at its low half alone, but
 * what it makes of the rest is its business: we serve what is surely meant.
 *
 * Clobbers what a system call and a function call may.
 */
#include <asm/unistd.h>

#include "asm.h"

FUNCTION(vgr_syscall_shim)
	cmp	x0, #__NR_getrandom
	b.eq	.Lgetrandom

.Lask_kernel:
	uxtw	x8, w0
	mov	x0, x1
	mov	x1, x2
	mov	x2, x3
	mov	x3, x4
	mov	x4, x5
	mov	x5, x6
	svc	#0
	cmn	x0, #4095
	b.hs	.Lfailed
	ret

.Lfailed:
	b	vgr_preload_syscall_failed

.Lgetrandom:
	adrp	x9, vgr_preload_serves_syscall
	ldrb	w9, [x9, #:lo12:vgr_preload_serves_syscall]
	cbz	w9, .Lask_kernel
	mov	x0, x1
	mov	x1, x2
	mov	w2, w3
	b	vgetrandom		/* sets errno and returns as we should */
END_FUNCTION(vgr_syscall_shim)

/* The name that programs know; the other one is for us. */
	.globl	syscall
	.type	syscall, %function
	.set	syscall, vgr_syscall_shim
	.size	syscall, . - vgr_syscall_shim
