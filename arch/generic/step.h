/* SPDX-License-Identifier: MIT */
/*
 * step.h - goes through a door that one may pass: adds one to a count, which
 * a signal finds done or not yet begun.
 */
#ifndef VGR_STEP_H
#define VGR_STEP_H

#include <stdbool.h>
#include <stdint.h>

/* true if the count was -1. */
static inline bool vgr_step_in(int64_t *count)
{
	return !__atomic_add_fetch(count, 1, __ATOMIC_RELAXED);
}

#endif
