/* SPDX-License-Identifier: MIT */
/*
 * abi-aarch64.S - calls a core with every register set and on a stack of the
 * caller's choice, and saves what it left.
 *
 * void abi_call(const struct abi_registers *before,
 *               struct abi_registers *after);
 *
 * While the core runs no register and no stack is ours, so what we need again
 * lies in abi_ours: one call at a time.  x30 holds the core's address until the
 * call, which puts its own into it, and afterwards our way back to abi_ours.
 */
#include "abi-aarch64.h"

#define OUR_SP		0
#define OUR_AFTER	8

#define NUMBERS_1_29	1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, \
			17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
#define NUMBERS_0_31	0, NUMBERS_1_29, 30, 31

.macro address_of_ours to
	adrp	\to, abi_ours
	add	\to, \to, #:lo12:abi_ours
.endm

	.text
	.globl	abi_call
	.type	abi_call, %function
abi_call:
	hint	#34				/* bti c */
	stp	x29, x30, [sp, #-160]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	stp	d8,  d9,  [sp, #96]
	stp	d10, d11, [sp, #112]
	stp	d12, d13, [sp, #128]
	stp	d14, d15, [sp, #144]

	address_of_ours x2
	mov	x3, sp
	str	x3, [x2, #OUR_SP]
	str	x1, [x2, #OUR_AFTER]

	ldr	x3, [x0, #ABI_SP]
	mov	sp, x3
	.irp	n, NUMBERS_0_31
	ldr	q\n, [x0, #(ABI_V + 16 * \n)]
	.endr
	.irp	n, NUMBERS_1_29
	ldr	x\n, [x0, #(ABI_X + 8 * \n)]
	.endr
	ldr	x30, [x0, #ABI_BLOCKS]
	ldr	x0, [x0, #ABI_X]
	blr	x30

	address_of_ours x30
	ldr	x30, [x30, #OUR_AFTER]
	.irp	n, 0, NUMBERS_1_29
	str	x\n, [x30, #(ABI_X + 8 * \n)]
	.endr
	.irp	n, NUMBERS_0_31
	str	q\n, [x30, #(ABI_V + 16 * \n)]
	.endr
	mov	x0, sp
	str	x0, [x30, #ABI_SP]
	mrs	x0, fpcr
	str	x0, [x30, #ABI_FPCR]
	mrs	x0, fpsr
	str	x0, [x30, #ABI_FPSR]

	address_of_ours x2
	ldr	x3, [x2, #OUR_SP]
	mov	sp, x3
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	d8,  d9,  [sp, #96]
	ldp	d10, d11, [sp, #112]
	ldp	d12, d13, [sp, #128]
	ldp	d14, d15, [sp, #144]
	ldp	x29, x30, [sp], #160
	ret
	.size	abi_call, . - abi_call

	.local	abi_ours
	.comm	abi_ours, 16, 8

	.section .note.GNU-stack, "", %progbits
