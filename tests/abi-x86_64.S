/* SPDX-License-Identifier: MIT */
/*
 * abi-x86_64.S - calls a core with every register set and on a stack of the
 * caller's choice, and saves what it left.
 *
 * void abi_call(const struct abi_registers *before,
 *               struct abi_registers *after, int width);
 *
 * While the core runs no register and no stack is ours, so what we need again
 * lies in abi_ours: one call at a time.
 */
#include "abi-x86_64.h"

#define OUR_RSP		0
#define OUR_AFTER	8
#define OUR_WIDTH	16
#define OUR_RAX		24

#define NUMBERS_0_7	0, 1, 2, 3, 4, 5, 6, 7
#define NUMBERS_8_15	8, 9, 10, 11, 12, 13, 14, 15
#define NUMBERS_16_31	16, 17, 18, 19, 20, 21, 22, 23, \
			24, 25, 26, 27, 28, 29, 30, 31

/* "first" alone for xmm, "second" for ymm, "third" for zmm; ends behind them. */
.macro by_width width, first, second, third
	cmp	$ABI_YMM, \width
	jb	.Lxmm_\@
	je	.Lymm_\@
	\third
	jmp	.Ldone_\@
.Lymm_\@:
	\second
	jmp	.Ldone_\@
.Lxmm_\@:
	\first
.Ldone_\@:
.endm

.macro load_xmm
	.irp	n, NUMBERS_0_7, NUMBERS_8_15
	movdqu	ABI_VECTOR + 64 * \n(%rdi), %xmm\n
	.endr
.endm

.macro load_ymm
	.irp	n, NUMBERS_0_7, NUMBERS_8_15
	vmovdqu	ABI_VECTOR + 64 * \n(%rdi), %ymm\n
	.endr
.endm

.macro load_zmm
	.irp	n, NUMBERS_0_7, NUMBERS_8_15, NUMBERS_16_31
	vmovdqu64 ABI_VECTOR + 64 * \n(%rdi), %zmm\n
	.endr
	.irp	n, NUMBERS_0_7
	kmovw	ABI_MASK + 8 * \n(%rdi), %k\n
	.endr
.endm

.macro save_xmm
	.irp	n, NUMBERS_0_7, NUMBERS_8_15
	movdqu	%xmm\n, ABI_VECTOR + 64 * \n(%rax)
	.endr
.endm

.macro save_ymm
	.irp	n, NUMBERS_0_7, NUMBERS_8_15
	vmovdqu	%ymm\n, ABI_VECTOR + 64 * \n(%rax)
	.endr
.endm

.macro save_zmm
	.irp	n, NUMBERS_0_7, NUMBERS_8_15, NUMBERS_16_31
	vmovdqu64 %zmm\n, ABI_VECTOR + 64 * \n(%rax)
	.endr
	.irp	n, NUMBERS_0_7
	kmovw	%k\n, ABI_MASK + 8 * \n(%rax)
	.endr
.endm

	.text
	.globl	abi_call
	.type	abi_call, @function
abi_call:
	endbr64
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	mov	%rsp, OUR_RSP + abi_ours(%rip)
	mov	%rsi, OUR_AFTER + abi_ours(%rip)
	mov	%edx, OUR_WIDTH + abi_ours(%rip)

	by_width %edx, load_xmm, load_ymm, load_zmm

	mov	ABI_GPR +  0(%rdi), %rax
	mov	ABI_GPR +  8(%rdi), %rcx
	mov	ABI_GPR + 16(%rdi), %rdx
	mov	ABI_GPR + 24(%rdi), %rbx
	mov	ABI_GPR + 32(%rdi), %rsp
	mov	ABI_GPR + 40(%rdi), %rbp
	mov	ABI_GPR + 48(%rdi), %rsi
	mov	ABI_GPR + 64(%rdi), %r8
	mov	ABI_GPR + 72(%rdi), %r9
	mov	ABI_GPR + 80(%rdi), %r10
	mov	ABI_GPR + 88(%rdi), %r11
	mov	ABI_GPR + 96(%rdi), %r12
	mov	ABI_GPR + 104(%rdi), %r13
	mov	ABI_GPR + 112(%rdi), %r14
	mov	ABI_GPR + 120(%rdi), %r15
	push	ABI_BLOCKS(%rdi)
	mov	ABI_GPR + 56(%rdi), %rdi
	/* The address we call through lies where the return address will be. */
	add	$8, %rsp
	call	*-8(%rsp)

	mov	%rax, OUR_RAX + abi_ours(%rip)
	mov	OUR_AFTER + abi_ours(%rip), %rax
	mov	%rcx, ABI_GPR +  8(%rax)
	mov	%rdx, ABI_GPR + 16(%rax)
	mov	%rbx, ABI_GPR + 24(%rax)
	mov	%rsp, ABI_GPR + 32(%rax)
	mov	%rbp, ABI_GPR + 40(%rax)
	mov	%rsi, ABI_GPR + 48(%rax)
	mov	%rdi, ABI_GPR + 56(%rax)
	mov	%r8,  ABI_GPR + 64(%rax)
	mov	%r9,  ABI_GPR + 72(%rax)
	mov	%r10, ABI_GPR + 80(%rax)
	mov	%r11, ABI_GPR + 88(%rax)
	mov	%r12, ABI_GPR + 96(%rax)
	mov	%r13, ABI_GPR + 104(%rax)
	mov	%r14, ABI_GPR + 112(%rax)
	mov	%r15, ABI_GPR + 120(%rax)
	mov	OUR_RAX + abi_ours(%rip), %rcx
	mov	%rcx, ABI_GPR +  0(%rax)

	mov	OUR_RSP + abi_ours(%rip), %rsp
	pushf
	pop	ABI_FLAGS(%rax)
	cld
	stmxcsr	ABI_MXCSR(%rax)
	sub	$32, %rsp
	fnstenv	(%rsp)
	movzwl	8(%rsp), %ecx			/* the tag word */
	fldenv	(%rsp)
	add	$32, %rsp
	mov	%rcx, ABI_X87(%rax)

	mov	OUR_WIDTH + abi_ours(%rip), %ecx
	by_width %ecx, save_xmm, save_ymm, save_zmm
	cmpl	$ABI_XMM, OUR_WIDTH + abi_ours(%rip)
	je	.Lno_upper_halves
	vzeroupper
.Lno_upper_halves:

	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	ret
	.size	abi_call, . - abi_call

	.local	abi_ours
	.comm	abi_ours, 32, 8

	.section .note.GNU-stack, "", @progbits
