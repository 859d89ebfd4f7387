/* SPDX-License-Identifier: MIT */
/*
 * step.h - goes through a door that one may pass: adds one to a count, which
 * a signal finds done or not yet begun.
 *
 * Where it has 32 bits the count stays at its greatest value: it is soon there,
 * and one more would in time open the door.  An acquire, since who was inside
 * last may have left on another processor.
 */
#ifndef VGR_STEP_H
#define VGR_STEP_H

#include <limits.h>
#include <stdbool.h>

/* true if the count was -1. */
static inline bool vgr_step_in(long *count)
{
	long now;

	if (sizeof(*count) == 8)
		return !__atomic_add_fetch(count, 1, __ATOMIC_ACQUIRE);

	now = __atomic_load_n(count, __ATOMIC_RELAXED);
	while (now < LONG_MAX &&
	       !__atomic_compare_exchange_n(count, &now, now + 1, true,
					    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		;
	return now == -1;
}

#endif
