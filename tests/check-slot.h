/* SPDX-License-Identifier: MIT */
/*
 * check-slot.h - what tests ask of a slot, in the words of state.h.
 */
#ifndef CHECK_SLOT_H
#define CHECK_SLOT_H

#include <stdbool.h>

#include "check.h"
#include "generation.h"
#include "restart.h"
#include "thread.h"

/* Whether the calling thread has a slot, and its calls need no door. */
static inline bool is_restartable(void)
{
	return vgr_thread_has_slot() && vgr_thread_slot->is_restartable;
}

/*
 * Whether the thread's last request was stopped on its way, and lost some bytes
 * of the batch: they end elsewhere than expected.  Then a test of exact bytes
 * asks again, a hundred times in all.
 */
static inline bool was_stopped(uint32_t position)
{
	static int nstopped;

	if (!is_restartable() ||
	    vgr_position(vgr_thread_slot->cursor) == position)
		return false;
	check(++nstopped < 100);
	return true;
}

/* Before a process's first request: its calls shall pass the door. */
static inline void take_the_door(void)
{
#ifdef VGR_CAN_RESTART
	if (vgr_thread_slot)
		hard_error("a thread has its slot already");
	vgr_restart_field = 0;
#endif
}

/* The next unused byte of the batch is this one. */
static inline void slot_move_to(struct vgr_slot *slot, size_t position)
{
	slot->cursor += position - vgr_position(slot->cursor);
}

/*
 * Whether a call is inside of the calling thread's slot, as far as it can be
 * seen: one that is restartable marks nothing.
 */
static inline int is_inside_a_call(void)
{
	return vgr_thread_has_slot() && (vgr_thread_slot->is_restartable ||
					 vgr_thread_slot->inside >= 0);
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

	enum vgr_source source;

	for (source = 0; source < VGR_NSOURCES; source++)
		if (source != VGR_SOURCE_REQUESTS)
			vgr_generation_read(source, &sources.now[source]);
	return sources;
}

static inline bool have_moved(const struct sources *before)
{
	struct sources after = sources_now();

	return __builtin_memcmp(before, &after, sizeof(after)) != 0;
}

#endif
