/* SPDX-License-Identifier: MIT */
/*
 * asm.h - where a function begins and ends, for the assembler, the linker, the
 * unwinder and indirect-branch tracking; and how a core becomes a restartable
 * sequence.
 */
#ifndef VGR_ASM_H
#define VGR_ASM_H

#define FUNCTION(name)			\
	.text;				\
	.globl	name;			\
	.hidden	name;			\
	.type	name, @function;	\
	.balign	64;			\
name:	.cfi_startproc;			\
	endbr64

#define END_FUNCTION(name)		\
	.cfi_endproc;			\
	.size	name, . - name

/*
 * A core's other way in (impl.h): begins if the thread is in the section of this
 * file, whose address lies r8 bytes from the thread pointer.
 */
#ifdef VGR_CAN_RESTART
#define SECTION_ENTRY(name, core)			\
	FUNCTION(name);					\
	leaq	.Lsection(%rip), %rax;			\
	cmpq	%rax, %fs:(%r8);			\
	je	core;					\
	ret;						\
	END_FUNCTION(name)

/*
 * Behind the last function of a file: all from the function 'first' to here is
 * the section, and a run that is aborted goes on at 'wipe', which returns.
 * The kernel goes nowhere that has not RSEQ_SIG in front of it, here in an
 * undefined instruction.
 */
#define SECTION_OF_CORES(name, first, wipe)		\
.Lsection_end:						\
	.cfi_startproc;					\
	.byte	0x0f, 0xb9, 0x3d;			\
	.long	0x53053053;				\
.Laborted:						\
	jmp	wipe;					\
	.cfi_endproc;					\
	.section vgr_restart_sections, "aw", @progbits;	\
	.globl	name;					\
	.hidden	name;					\
	.type	name, @object;				\
	.size	name, 32;				\
	.balign	32;					\
.Lsection:						\
name:							\
	.long	0, 0;			/* version, flags */ \
	.quad	first, .Lsection_end - first, .Laborted; \
	.text
#else
#define SECTION_ENTRY(name, core)
#define SECTION_OF_CORES(name, first, wipe)
#endif

/* Without this note the linker would give the whole program an executable stack. */
	.section .note.GNU-stack, "", @progbits

/* GNU_PROPERTY_X86_FEATURE_1_AND: IBT and SHSTK, as endbr64 and no stack allow. */
	.section .note.gnu.property, "a", @note
	.balign	8
	.long	4
	.long	16
	.long	5
	.asciz	"GNU"
	.long	0xc0000002
	.long	4
	.long	3
	.long	0
	.text

#endif
