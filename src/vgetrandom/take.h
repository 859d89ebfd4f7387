/* SPDX-License-Identifier: MIT */
/*
 * take.h - hands an integer out of the batch: in a register, and zeroes the
 * source, as copy.h does for bytes.
 */
#ifndef VGR_TAKE_H
#define VGR_TAKE_H

#include <stdint.h>

static inline uint64_t vgr_take_u64(uint8_t *from)
{
	uint64_t value;

	__builtin_memcpy(&value, from, sizeof(value));
	__builtin_memset(from, 0, sizeof(value));
	__asm__ volatile("" : : : "memory");
	return value;
}

static inline uint32_t vgr_take_u32(uint8_t *from)
{
	uint32_t value;

	__builtin_memcpy(&value, from, sizeof(value));
	__builtin_memset(from, 0, sizeof(value));
	__asm__ volatile("" : : : "memory");
	return value;
}

#endif
