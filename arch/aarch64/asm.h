/* SPDX-License-Identifier: MIT */
/*
 * asm.h - where a function begins and ends, for the assembler, the linker, the
 * unwinder and branch target identification.  Hides no other instruction.
 */
#ifndef VGR_ASM_H
#define VGR_ASM_H

/* bti c, which processors without it take for a nop. */
#define FUNCTION(name)			\
	.text;				\
	.globl	name;			\
	.hidden	name;			\
	.type	name, %function;	\
	.balign	64;			\
name:	.cfi_startproc;			\
	hint	#34

#define END_FUNCTION(name)		\
	.cfi_endproc;			\
	.size	name, . - name

/* Without this note the linker would give the whole program an executable stack. */
	.section .note.GNU-stack, "", %progbits

/*
 * GNU_PROPERTY_AARCH64_FEATURE_1_AND: BTI, as the hint above allows, and PAC,
 * as a function that never stores its return address needs not sign it.
 */
	.section .note.gnu.property, "a", %note
	.balign	8
	.long	4
	.long	16
	.long	5
	.asciz	"GNU"
	.long	0xc0000000
	.long	4
	.long	3
	.long	0
	.text

#endif
