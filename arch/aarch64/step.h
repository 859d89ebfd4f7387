/* SPDX-License-Identifier: MIT */
/*
 * step.h - goes through a door that one may pass: adds one to a count, which
 * a signal finds done or not yet begun.
 *
 * A signal between the two exclusive accesses makes the second fail, and the
 * step begins again.  The load is an acquire: who was inside last may have left
 * on another processor.  No call to see whether there is an atomic add, as gcc
 * would make of the builtin.
 */
#ifndef VGR_STEP_H
#define VGR_STEP_H

#include <stdbool.h>
#include <stdint.h>

/* true if the count was -1. */
static inline bool vgr_step_in(long *count)
{
	long now;
	uint32_t failed;

	__asm__ volatile("1:\n\t"
			 "ldaxr   %[now], %[count]\n\t"
			 "add     %[now], %[now], #1\n\t"
			 "stxr    %w[failed], %[now], %[count]\n\t"
			 "cbnz    %w[failed], 1b"
			 : [now] "=&r"(now), [failed] "=&r"(failed),
			   [count] "+Q"(*count)
			 : : "memory");
	return !now;
}

#endif
