/* SPDX-License-Identifier: MIT */
/*
 * model.h - before the library's files: what stands for a thread, and for what
 * is one access to memory (an atomic operation, a step into a slot) or many (a
 * wipe, a copy: one a word).
 *
 * A thread's slot is an entry of a table, so that a call can be carried from
 * one thread to another.
 */
#ifndef PROOF_MODEL_H
#define PROOF_MODEL_H

#include <stddef.h>
#include <stdint.h>

struct vgr_slot;

#define NTHREADS	2

extern struct vgr_slot *volatile thread_slots[NTHREADS];
extern volatile unsigned int this_thread;
extern volatile uintptr_t frame_now;	/* of the call that begins */
extern volatile unsigned int nmasks;	/* more than 0: nothing can happen */
extern volatile int32_t cpu_of_thread[NTHREADS];	/* < 0: no sections */

#define VGR_HOST_HAS_THREAD_SLOT
#define vgr_thread_slot thread_slots[this_thread]
#define __builtin_dwarf_cfa() frame_now

void one_access(void);			/* something may happen; nothing till nmasks-- */

/* ---- step.h ------------------------------------------------------------------ */

#define VGR_STEP_H
#include <stdbool.h>

static inline bool vgr_step_in(long *count)
{
	bool was_first;

	one_access();
	was_first = !++*(volatile long *)count;
	nmasks--;
	return was_first;
}

/* ---- Atomic operations ---------------------------------------------------------- */

#define __atomic_load_n(from, order) (*(const volatile __typeof__(*(from)) *)(from))
#define __atomic_store_n(to, value, order) ((void)(*(volatile __typeof__(*(to)) *)(to) = (value)))

#define PROOF_FETCH(operation, at, value) \
	({ \
		__typeof__(*(at)) before_; \
		one_access(); \
		before_ = *(at); \
		*(at) = before_ operation (value); \
		nmasks--; \
		before_; \
	})
#define __atomic_fetch_or(at, value, order) PROOF_FETCH(|, at, value)
#define __atomic_fetch_and(at, value, order) PROOF_FETCH(&, at, value)
#define __atomic_fetch_add(at, value, order) PROOF_FETCH(+, at, value)

#define __atomic_add_fetch(at, value, order) (PROOF_FETCH(+, at, value) + (value))

#define __atomic_exchange_n(at, value, order) \
	({ \
		__typeof__(*(at)) before_; \
		one_access(); \
		before_ = *(at); \
		*(at) = (value); \
		nmasks--; \
		before_; \
	})

#define __atomic_compare_exchange_n(at, wanted, value, weak, order, other) \
	({ \
		bool is_same_; \
		one_access(); \
		is_same_ = *(at) == *(wanted); \
		if (is_same_) \
			*(at) = (value); \
		else \
			*(wanted) = *(at); \
		nmasks--; \
		is_same_; \
	})

/* ---- Memory ----------------------------------------------------------------------- */

static inline void proof_zero(void *to, size_t len)
{
	volatile uint64_t *words = to;
	size_t i;

	for (i = 0; i < len / 8; i++)
		words[i] = 0;
}

static inline void proof_copy(void *to, const void *from, size_t len)
{
	volatile uint64_t *words = to;
	const volatile uint64_t *those = from;
	size_t i;

	for (i = 0; i < len / 8; i++)
		words[i] = those[i];
}

#define __builtin_memset(to, zero, len) proof_zero(to, len)
#define __builtin_memcpy(to, from, len) proof_copy(to, from, len)

#endif
