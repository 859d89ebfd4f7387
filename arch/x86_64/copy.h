/* SPDX-License-Identifier: MIT */
/*
 * copy.h - hands bytes out of the batch: copies them and zeroes the source.
 *
 * Every load of a piece comes before its zeroing, and the pieces of one size
 * class overlap instead of branching on each bit of the length.  The registers
 * that carried the bytes are zero afterwards: a compiler's memcpy promises
 * neither that nor that it leaves nothing on the stack.
 */
#ifndef VGR_COPY_H
#define VGR_COPY_H

#include <stddef.h>
#include <stdint.h>

/*
 * The pieces, as text that a section of code may hold, too (restart.c).  They
 * change [i] and [t], and leave them, and the xmm registers, without a byte.
 */

/* 33 bytes or more: the tail is picked up before the loop can zero it. */
#define VGR_COPY_LONG						\
	"movdqu  -32(%[from],%[len]), %%xmm2\n\t"		\
	"movdqu  -16(%[from],%[len]), %%xmm3\n\t"		\
	"pxor    %%xmm4, %%xmm4\n\t"				\
	"leaq    -32(%[len]), %[t]\n\t"				\
	"xorl    %k[i], %k[i]\n"					\
	"60:\n\t"						\
	"movdqu  (%[from],%[i]), %%xmm0\n\t"			\
	"movdqu  16(%[from],%[i]), %%xmm1\n\t"			\
	"movdqu  %%xmm0, (%[to],%[i])\n\t"			\
	"movdqu  %%xmm1, 16(%[to],%[i])\n\t"			\
	"movdqu  %%xmm4, (%[from],%[i])\n\t"			\
	"movdqu  %%xmm4, 16(%[from],%[i])\n\t"			\
	"addq    $32, %[i]\n\t"					\
	"cmpq    %[t], %[i]\n\t"				\
	"jb      60b\n\t"					\
	"movdqu  %%xmm2, -32(%[to],%[len])\n\t"			\
	"movdqu  %%xmm3, -16(%[to],%[len])\n\t"			\
	"movdqu  %%xmm4, -32(%[from],%[len])\n\t"		\
	"movdqu  %%xmm4, -16(%[from],%[len])\n\t"		\
	"pxor    %%xmm0, %%xmm0\n\t"				\
	"pxor    %%xmm1, %%xmm1\n\t"				\
	"pxor    %%xmm2, %%xmm2\n\t"				\
	"pxor    %%xmm3, %%xmm3\n\t"

/* Two pieces of 16, 8 or 4 bytes, both loaded before either is zeroed. */
#define VGR_COPY_16_TO_32					\
	"movdqu  (%[from]), %%xmm0\n\t"				\
	"movdqu  -16(%[from],%[len]), %%xmm1\n\t"		\
	"movdqu  %%xmm0, (%[to])\n\t"				\
	"movdqu  %%xmm1, -16(%[to],%[len])\n\t"			\
	"pxor    %%xmm0, %%xmm0\n\t"				\
	"pxor    %%xmm1, %%xmm1\n\t"				\
	"movdqu  %%xmm0, (%[from])\n\t"				\
	"movdqu  %%xmm0, -16(%[from],%[len])\n\t"

#define VGR_COPY_8_TO_15					\
	"movq    (%[from]), %[i]\n\t"				\
	"movq    -8(%[from],%[len]), %[t]\n\t"			\
	"movq    %[i], (%[to])\n\t"				\
	"movq    %[t], -8(%[to],%[len])\n\t"			\
	"xorl    %k[i], %k[i]\n\t"				\
	"xorl    %k[t], %k[t]\n\t"				\
	"movq    %[i], (%[from])\n\t"				\
	"movq    %[i], -8(%[from],%[len])\n\t"

#define VGR_COPY_4_TO_7						\
	"movl    (%[from]), %k[i]\n\t"				\
	"movl    -4(%[from],%[len]), %k[t]\n\t"			\
	"movl    %k[i], (%[to])\n\t"				\
	"movl    %k[t], -4(%[to],%[len])\n\t"			\
	"xorl    %k[i], %k[i]\n\t"				\
	"xorl    %k[t], %k[t]\n\t"				\
	"movl    %k[i], (%[from])\n\t"				\
	"movl    %k[i], -4(%[from],%[len])\n\t"

/* 1 to 3 bytes; [i] counts them down to 0. */
#define VGR_COPY_1_TO_3						\
	"movq    %[len], %[i]\n"					\
	"61:\n\t"						\
	"movzbl  -1(%[from],%[i]), %k[t]\n\t"			\
	"movb    %b[t], -1(%[to],%[i])\n\t"			\
	"movb    $0, -1(%[from],%[i])\n\t"			\
	"decq    %[i]\n\t"					\
	"jnz     61b\n\t"					\
	"xorl    %k[t], %k[t]\n\t"

#define VGR_COPY(piece) do {						\
	uint64_t i, t;							\
	__asm__ volatile(piece						\
			 : [i] "=&r"(i), [t] "=&q"(t)			\
			 : [to] "r"(to), [from] "r"(from), [len] "r"(len) \
			 : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4",	\
			   "cc", "memory");				\
} while (0)

static inline void vgr_copy_and_zero(uint8_t *to, uint8_t *from, size_t len)
{
	if (len > 32)
		VGR_COPY(VGR_COPY_LONG);
	else if (len >= 16)
		VGR_COPY(VGR_COPY_16_TO_32);
	else if (len >= 8)
		VGR_COPY(VGR_COPY_8_TO_15);
	else if (len >= 4)
		VGR_COPY(VGR_COPY_4_TO_7);
	else if (len)
		VGR_COPY(VGR_COPY_1_TO_3);
}

#endif
