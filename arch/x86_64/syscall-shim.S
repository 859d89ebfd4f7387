/* SPDX-License-Identifier: MIT */
/*
 * syscall-shim.S - stands in for libc's syscall(), for the preload.
 *
 * long syscall(long number, ...);
 *   rdi number   rsi rdx rcx r8 r9 8(%rsp)   the system call's arguments
 *
 * SYS_getrandom is served by the library; every other number goes to the
 * kernel exactly as libc would send it: same registers, -1 and errno for
 * results from -4095 to -1, and no frame, for after clone() with a stack of
 * its own the child returns here on that stack, through the address that its
 * maker has put there.
 *
 * The whole of rdi is compared.  The kernel looks at its low half alone, but
 * what it makes of the rest is its business: we serve what is surely meant.
 *
 * vfork, and clone in vfork's shape, need more than libc gives them.  The child
 * runs on the parent's stack, and its next call overwrites the very word that
 * the parent is to return through.  So the return address waits in r9, which
 * neither call uses and the kernel keeps, and the stack pointer is the caller's
 * already when the child starts.
 *
 * With a shadow stack (CET): a vfork child runs on its parent's, which must
 * still hold the parent's return address when that returns.  The child leaves
 * by a jump, so it never pops that entry and its own calls go below it; the
 * parent leaves by ret, which finds the same address on both stacks.  notrack:
 * no endbr64 stands behind a call.
 *
 * Clobbers what a system call and a function call may.
 */
#include <asm/unistd.h>

#include "asm.h"

#define CLONE_VM	0x00000100
#define CLONE_VFORK	0x00004000
#define LIKE_VFORK	(CLONE_VM | CLONE_VFORK)

/* From the function's argument registers to the system call's; not the last. */
.macro shift_arguments
	mov	%rdi, %rax
	mov	%rsi, %rdi
	mov	%rdx, %rsi
	mov	%rcx, %rdx
	mov	%r8,  %r10
	mov	%r9,  %r8
.endm

FUNCTION(vgr_syscall_shim)
	cmp	$__NR_getrandom, %rdi
	je	.Lgetrandom
	cmp	$__NR_vfork, %rdi
	je	.Lshares_stack
	cmp	$__NR_clone, %rdi
	je	.Lclone

.Lask_kernel:
	shift_arguments
	mov	8(%rsp), %r9
	syscall
	cmp	$-4095, %rax
	jae	.Lfailed
	ret

.Lfailed:
	mov	%rax, %rdi
	jmp	vgr_preload_syscall_failed

.Lgetrandom:
	cmpb	$0, vgr_preload_serves_syscall(%rip)
	je	.Lask_kernel
	mov	%rsi, %rdi
	mov	%rdx, %rsi
	mov	%ecx, %edx
	jmp	vgetrandom@PLT		/* sets errno, too */

.Lclone:				/* rsi flags, rdx stack */
	mov	%esi, %eax
	not	%eax
	test	$LIKE_VFORK, %eax
	jnz	.Lask_kernel
	test	%rdx, %rdx
	jnz	.Lask_kernel

.Lshares_stack:
	shift_arguments
	pop	%r9
	.cfi_adjust_cfa_offset -8
	.cfi_register %rip, %r9
	syscall
	test	%rax, %rax
	jz	.Lchild
	push	%r9
	.cfi_adjust_cfa_offset 8
	.cfi_restore %rip
	cmp	$-4095, %rax
	jae	.Lfailed
	ret

	.cfi_adjust_cfa_offset -8
	.cfi_register %rip, %r9
.Lchild:
	notrack jmp *%r9
END_FUNCTION(vgr_syscall_shim)

/* The name that programs know; the other one is for us. */
	.globl	syscall
	.type	syscall, @function
	.set	syscall, vgr_syscall_shim
	.size	syscall, . - vgr_syscall_shim
