/* SPDX-License-Identifier: MIT */
/*
 * check-slot.h - what tests ask of a slot, in the words of state.h.
 */
#ifndef CHECK_SLOT_H
#define CHECK_SLOT_H

#include <stdbool.h>

#include "generation.h"
#include "thread.h"

/* Whether a call is inside of the calling thread's slot. */
static inline int is_inside_a_call(void)
{
	return vgr_thread_has_slot() && vgr_thread_slot->inside >= 0;
}

/*
 * What the sources say now, but for the program's own requests: a test that
 * counts keys begins again where the kernel has wanted new ones meanwhile.
 */
struct sources {
	uint64_t now[VGR_NSOURCES];
};

static inline struct sources sources_now(void)
{
	struct sources sources = { { 0 } };

	vgr_generation_read(sources.now);
	sources.now[VGR_SOURCE_REQUESTS] = 0;
	return sources;
}

static inline bool have_moved(const struct sources *before)
{
	struct sources after = sources_now();

	return __builtin_memcmp(before, &after, sizeof(after)) != 0;
}

#endif
