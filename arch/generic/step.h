/* SPDX-License-Identifier: MIT */
/*
 * step.h - goes through a door that one may pass: adds one to a count, which
 * a signal finds done or not yet begun.
 *
 * The count stays at its greatest value once it is there: 32 bits are soon
 * counted through, and the door would open again.  An acquire, since who was
 * inside last may have left on another processor.
 */
#ifndef VGR_STEP_H
#define VGR_STEP_H

#include <limits.h>
#include <stdbool.h>

/* true if the count was -1. */
static inline bool vgr_step_in(long *count)
{
	long now = __atomic_load_n(count, __ATOMIC_RELAXED);

	while (now < LONG_MAX &&
	       !__atomic_compare_exchange_n(count, &now, now + 1, true,
					    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		;
	return now == -1;
}

#endif
