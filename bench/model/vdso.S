/* SPDX-License-Identifier: MIT */
/* vdso.S - the vDSO's image among the code, where its core can be run. */
	.text
	.globl	vdso_begin, vdso_end
	.balign	4096
vdso_begin:
	.incbin	"vdso.so"
vdso_end:

	.section .note.GNU-stack, "", %progbits
