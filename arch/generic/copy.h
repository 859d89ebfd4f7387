/* SPDX-License-Identifier: MIT */
/*
 * copy.h - hands bytes out of the batch: copies them and zeroes the source.
 *
 * In C: which registers carried the bytes is the compiler's affair, so the
 * promise that they hold nothing afterwards is kept by the architectures that
 * have a file of their own.
 */
#ifndef VGR_COPY_H
#define VGR_COPY_H

#include <stddef.h>
#include <stdint.h>

static inline void vgr_copy_and_zero(uint8_t *to, uint8_t *from, size_t len)
{
	for (; len >= 8; len -= 8, to += 8, from += 8) {
		__builtin_memcpy(to, from, 8);
		__builtin_memset(from, 0, 8);
	}
	for (; len; len--, to++, from++) {
		*to = *from;
		*from = 0;
	}
	/* The zeroes are stored before whatever the caller does next. */
	__asm__ volatile("" : : : "memory");
}

#endif
