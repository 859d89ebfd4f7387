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

/* 33 bytes or more: the tail is picked up before the loop can zero it. */
static inline void vgr_copy_and_zero_long(uint8_t *to, uint8_t *from, size_t len)
{
	uint8_t *last = from + len - 32, *to_last = to + len - 32;

	__asm__ volatile("movdqu  (%[last]), %%xmm2\n\t"
			 "movdqu  16(%[last]), %%xmm3\n\t"
			 "pxor    %%xmm4, %%xmm4\n"
			 "1:\n\t"
			 "movdqu  (%[from]), %%xmm0\n\t"
			 "movdqu  16(%[from]), %%xmm1\n\t"
			 "movdqu  %%xmm0, (%[to])\n\t"
			 "movdqu  %%xmm1, 16(%[to])\n\t"
			 "movdqu  %%xmm4, (%[from])\n\t"
			 "movdqu  %%xmm4, 16(%[from])\n\t"
			 "add     $32, %[from]\n\t"
			 "add     $32, %[to]\n\t"
			 "cmp     %[last], %[from]\n\t"
			 "jb      1b\n\t"
			 "movdqu  %%xmm2, (%[to_last])\n\t"
			 "movdqu  %%xmm3, 16(%[to_last])\n\t"
			 "movdqu  %%xmm4, (%[last])\n\t"
			 "movdqu  %%xmm4, 16(%[last])\n\t"
			 "pxor    %%xmm0, %%xmm0\n\t"
			 "pxor    %%xmm1, %%xmm1\n\t"
			 "pxor    %%xmm2, %%xmm2\n\t"
			 "pxor    %%xmm3, %%xmm3"
			 : [to] "+r"(to), [from] "+r"(from)
			 : [last] "r"(last), [to_last] "r"(to_last)
			 : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4",
			   "cc", "memory");
}

/* Pieces of 16 and 8 bytes; both ends are loaded before either is zeroed. */
static inline void vgr_copy_and_zero_16_to_32(uint8_t *to, uint8_t *from,
					      size_t len)
{
	__asm__ volatile("movdqu  (%[from]), %%xmm0\n\t"
			 "movdqu  -16(%[from],%[len]), %%xmm1\n\t"
			 "movdqu  %%xmm0, (%[to])\n\t"
			 "movdqu  %%xmm1, -16(%[to],%[len])\n\t"
			 "pxor    %%xmm0, %%xmm0\n\t"
			 "pxor    %%xmm1, %%xmm1\n\t"
			 "movdqu  %%xmm0, (%[from])\n\t"
			 "movdqu  %%xmm0, -16(%[from],%[len])"
			 : : [to] "r"(to), [from] "r"(from), [len] "r"(len)
			 : "xmm0", "xmm1", "memory");
}

static inline void vgr_copy_and_zero_8_to_15(uint8_t *to, uint8_t *from,
					     size_t len)
{
	uint64_t first, last;

	__asm__ volatile("movq    (%[from]), %[first]\n\t"
			 "movq    -8(%[from],%[len]), %[last]\n\t"
			 "movq    %[first], (%[to])\n\t"
			 "movq    %[last], -8(%[to],%[len])\n\t"
			 "xorl    %k[first], %k[first]\n\t"
			 "xorl    %k[last], %k[last]\n\t"
			 "movq    %[first], (%[from])\n\t"
			 "movq    %[first], -8(%[from],%[len])"
			 : [first] "=&r"(first), [last] "=&r"(last)
			 : [to] "r"(to), [from] "r"(from), [len] "r"(len)
			 : "cc", "memory");
}

static inline void vgr_copy_and_zero_4_to_7(uint8_t *to, uint8_t *from,
					    size_t len)
{
	uint32_t first, last;

	__asm__ volatile("movl    (%[from]), %[first]\n\t"
			 "movl    -4(%[from],%[len]), %[last]\n\t"
			 "movl    %[first], (%[to])\n\t"
			 "movl    %[last], -4(%[to],%[len])\n\t"
			 "xorl    %[first], %[first]\n\t"
			 "xorl    %[last], %[last]\n\t"
			 "movl    %[first], (%[from])\n\t"
			 "movl    %[first], -4(%[from],%[len])"
			 : [first] "=&r"(first), [last] "=&r"(last)
			 : [to] "r"(to), [from] "r"(from), [len] "r"(len)
			 : "cc", "memory");
}

static inline void vgr_copy_and_zero_1(uint8_t *to, uint8_t *from)
{
	uint32_t byte;

	__asm__ volatile("movzbl  (%[from]), %[byte]\n\t"
			 "movb    %b[byte], (%[to])\n\t"
			 "xorl    %[byte], %[byte]\n\t"
			 "movb    %b[byte], (%[from])"
			 : [byte] "=&q"(byte)
			 : [to] "r"(to), [from] "r"(from)
			 : "cc", "memory");
}

static inline void vgr_copy_and_zero(uint8_t *to, uint8_t *from, size_t len)
{
	if (len > 32)
		vgr_copy_and_zero_long(to, from, len);
	else if (len >= 16)
		vgr_copy_and_zero_16_to_32(to, from, len);
	else if (len >= 8)
		vgr_copy_and_zero_8_to_15(to, from, len);
	else if (len >= 4)
		vgr_copy_and_zero_4_to_7(to, from, len);
	else
		while (len--)
			vgr_copy_and_zero_1(to + len, from + len);
}

#endif
