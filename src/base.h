/* SPDX-License-Identifier: MIT */
/*
 * base.h - words the whole library shares: no project types, nothing that
 * needs a .c file.
 */
#ifndef VGR_BASE_H
#define VGR_BASE_H

#include <stddef.h>
#include <stdint.h>

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)

static inline size_t vgr_min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Orders this thread against its own signal handlers: the compiler may move no
 * memory access across it, the processor is told nothing.
 */
static inline void vgr_signal_fence(void)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/*
 * A relaxed atomic load of a whole, aligned word.  As a volatile access, since
 * gcc 12 keeps the address of each __atomic_load_n in a register of its own,
 * which costs the shortest path three saved registers.
 */
#define vgr_peek(word) (*(const volatile __typeof__(word) *)&(word))

/* Zeroes bytes that nobody reads again; the compiler may not leave it out. */
static inline void vgr_wipe(void *bytes, size_t len)
{
	__builtin_memset(bytes, 0, len);
	__asm__ volatile("" : : "r"(bytes) : "memory");
}

#endif
