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

	__asm__ volatile("ldp     q2, q3, [%[last]]\n\t"
			 "movi    v4.16b, #0\n"
			 "1:\n\t"
			 "ldp     q0, q1, [%[from]]\n\t"
			 "stp     q0, q1, [%[to]], #32\n\t"
			 "stp     q4, q4, [%[from]], #32\n\t"
			 "cmp     %[from], %[last]\n\t"
			 "b.lo    1b\n\t"
			 "stp     q2, q3, [%[to_last]]\n\t"
			 "stp     q4, q4, [%[last]]\n\t"
			 "movi    v0.16b, #0\n\t"
			 "movi    v1.16b, #0\n\t"
			 "movi    v2.16b, #0\n\t"
			 "movi    v3.16b, #0"
			 : [to] "+r"(to), [from] "+r"(from)
			 : [last] "r"(last), [to_last] "r"(to_last)
			 : "v0", "v1", "v2", "v3", "v4", "cc", "memory");
}

/* Pieces of 16 and 8 bytes; both ends are loaded before either is zeroed. */
static inline void vgr_copy_and_zero_16_to_32(uint8_t *to, uint8_t *from,
					      size_t len)
{
	uint8_t *last = from + len - 16, *to_last = to + len - 16;

	__asm__ volatile("ldr     q0, [%[from]]\n\t"
			 "ldr     q1, [%[last]]\n\t"
			 "str     q0, [%[to]]\n\t"
			 "str     q1, [%[to_last]]\n\t"
			 "movi    v0.16b, #0\n\t"
			 "movi    v1.16b, #0\n\t"
			 "str     q0, [%[from]]\n\t"
			 "str     q0, [%[last]]"
			 : : [to] "r"(to), [from] "r"(from), [last] "r"(last),
			     [to_last] "r"(to_last)
			 : "v0", "v1", "memory");
}

static inline void vgr_copy_and_zero_8_to_15(uint8_t *to, uint8_t *from,
					     size_t len)
{
	uint8_t *last = from + len - 8, *to_last = to + len - 8;
	uint64_t first_word, last_word;

	__asm__ volatile("ldr     %[first_word], [%[from]]\n\t"
			 "ldr     %[last_word], [%[last]]\n\t"
			 "str     %[first_word], [%[to]]\n\t"
			 "str     %[last_word], [%[to_last]]\n\t"
			 "str     xzr, [%[from]]\n\t"
			 "str     xzr, [%[last]]\n\t"
			 "mov     %[first_word], xzr\n\t"
			 "mov     %[last_word], xzr"
			 : [first_word] "=&r"(first_word),
			   [last_word] "=&r"(last_word)
			 : [to] "r"(to), [from] "r"(from), [last] "r"(last),
			   [to_last] "r"(to_last)
			 : "memory");
}

static inline void vgr_copy_and_zero_4_to_7(uint8_t *to, uint8_t *from,
					    size_t len)
{
	uint8_t *last = from + len - 4, *to_last = to + len - 4;
	uint32_t first_word, last_word;

	__asm__ volatile("ldr     %w[first_word], [%[from]]\n\t"
			 "ldr     %w[last_word], [%[last]]\n\t"
			 "str     %w[first_word], [%[to]]\n\t"
			 "str     %w[last_word], [%[to_last]]\n\t"
			 "str     wzr, [%[from]]\n\t"
			 "str     wzr, [%[last]]\n\t"
			 "mov     %w[first_word], wzr\n\t"
			 "mov     %w[last_word], wzr"
			 : [first_word] "=&r"(first_word),
			   [last_word] "=&r"(last_word)
			 : [to] "r"(to), [from] "r"(from), [last] "r"(last),
			   [to_last] "r"(to_last)
			 : "memory");
}

static inline void vgr_copy_and_zero_1(uint8_t *to, uint8_t *from)
{
	uint32_t byte;

	__asm__ volatile("ldrb    %w[byte], [%[from]]\n\t"
			 "strb    %w[byte], [%[to]]\n\t"
			 "strb    wzr, [%[from]]\n\t"
			 "mov     %w[byte], wzr"
			 : [byte] "=&r"(byte)
			 : [to] "r"(to), [from] "r"(from)
			 : "memory");
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
