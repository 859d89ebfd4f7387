/* SPDX-License-Identifier: MIT */
/*
 * thread.h - this thread's slot: enter, leave, and who else may be inside.
 *
 * A call loads the thread's slot once and touches only that: a frame that a
 * signal put to sleep and something woke much later finds its own slot, not
 * its successor's.
 */
#ifndef VGR_THREAD_H
#define VGR_THREAD_H

#include <stdbool.h>

#include "base.h"
#include "state.h"
#include "step.h"
#include "tls.h"

#ifndef VGR_TLS_MODEL
#define VGR_TLS_MODEL
#endif

/*
 * NULL: not asked for yet.  Threads that have ended, or can have no slot, point
 * to one that is busy for ever.
 */
extern __thread struct vgr_slot *volatile vgr_thread_slot VGR_TLS_MODEL;

/*
 * This thread's slot, from its thread pointer anew: a compiler may keep the
 * address of the variable above, and with it the thread that a frame was on.
 */
#ifdef VGR_TLS_READ_ANEW
static inline struct vgr_slot *vgr_thread_slot_anew(void)
{
	return VGR_TLS_READ_ANEW(vgr_thread_slot);
}
#else
struct vgr_slot *vgr_thread_slot_anew(void);
#endif

/*
 * Names the calling function's frame: two calls with the same one are never
 * alive at the same time, since it is where their return address lies.
 */
#define VGR_FRAME() ((uintptr_t)__builtin_dwarf_cfa())

/*
 * The slot, marked busy until vgr_thread_leave; or NULL: ask
 * vgr_thread_enter_slowly.
 */
static inline struct vgr_slot *vgr_thread_enter(uintptr_t frame)
{
	struct vgr_slot *slot = vgr_thread_slot;

	if (unlikely(!slot) || unlikely(!vgr_step_in(&slot->inside)))
		return NULL;
	vgr_signal_fence();

	/*
	 * Between the first line and the step, a handler may have slept while
	 * this slot went to another thread, or this frame did.  The step is not
	 * taken back: that could let a second call in, while one too many only
	 * costs a slot.  Nor is the frame theirs to find.
	 */
	if (unlikely(vgr_thread_slot_anew() != slot))
		return NULL;
	slot->frame = frame;
	vgr_signal_fence();
	return slot;
}

/*
 * The same for a thread's first call, and for one that finds the slot busy.
 * NULL: a signal found us inside, or there is no slot to be had.
 */
struct vgr_slot *vgr_thread_enter_slowly(uintptr_t frame);

/*
 * true: the slot is no longer this thread's, and the caller's to give back by
 * vgr_thread_give_back.
 */
static inline bool vgr_thread_leave(struct vgr_slot *slot)
{
	/*
	 * While we are inside: afterwards the slot may have been given back by
	 * its thread's exit, and be another's to leave behind.  Who leaves it
	 * behind between these lines loses it, no more.
	 */
	bool is_orphaned = vgr_peek(slot->flags) & VGR_SLOT_ORPHANED;

	vgr_signal_fence();
	slot->frame = 0;	/* first: nobody may find it and not us */
	vgr_signal_fence();
	slot->inside = -1;
	vgr_signal_fence();
	return is_orphaned;
}

void vgr_thread_give_back(struct vgr_slot *slot);

/* From here on threads may have slots: all that serves them is set up. */
void vgr_thread_open(void);
int vgr_thread_is_open(void);

/* Whether this thread has a slot of its own. */
int vgr_thread_has_slot(void);

/* Who owns a slot: one value a live thread. */
void *vgr_thread_identity(void);

#endif
