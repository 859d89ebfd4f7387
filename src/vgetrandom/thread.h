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
 * to one that is busy for ever.  A libc may keep it in its thread descriptor.
 */
#ifndef VGR_HOST_HAS_THREAD_SLOT
extern __thread struct vgr_slot *volatile vgr_thread_slot VGR_TLS_MODEL;
#endif

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
 * true: *entered is this thread's slot, busy until vgr_thread_leave.  false:
 * hand *entered, which may be NULL, to vgr_thread_enter_slowly.
 */
static inline bool vgr_thread_enter(uintptr_t frame, struct vgr_slot **entered)
{
	struct vgr_slot *slot = vgr_thread_slot;

	*entered = NULL;
	if (unlikely(!slot) || unlikely(!vgr_step_in(&slot->inside)))
		return false;
	vgr_signal_fence();
	*entered = slot;

	/*
	 * Since the first line a handler may have left this slot behind, or
	 * slept while it went to another thread, or while this frame did.
	 */
	if (unlikely(vgr_thread_slot_anew() != slot))
		return false;
	slot->frame = frame;
	vgr_signal_fence();
	return true;
}

/*
 * For what the quick way could not serve: a slot that was stepped into, as
 * vgr_thread_enter says, comes back entered if it is still this thread's.  Else
 * that step is taken back, and the thread's slot entered; its first one is made
 * here.  NULL: a signal found us inside, or there is no slot to be had.  A slot
 * whose road is VGR_RESTARTABLE was not entered and is not left.
 */
struct vgr_entry {
	struct vgr_slot *slot;
	enum vgr_road road;
};

struct vgr_entry vgr_thread_enter_slowly(uintptr_t frame,
					 struct vgr_slot *stepped_into);

/* true: the slot is no longer its thread's; call vgr_thread_give_back. */
static inline bool vgr_thread_leave(struct vgr_slot *slot)
{
	vgr_signal_fence();
	slot->frame = 0;	/* first: nobody may find it and not us */
	vgr_signal_fence();

	/*
	 * Released: this frame may have been carried to another thread, and
	 * whoever is next to step in, or closes the slot, must find what was
	 * done here.  Pairs with vgr_step_in and vgr_pool_close.
	 */
	__atomic_store_n(&slot->inside, -1, __ATOMIC_RELEASE);
	vgr_signal_fence();

	/*
	 * Last: who leaves the slot behind before this line is seen here, who
	 * does so after it sees that nobody is inside.  By now the slot may be
	 * another thread's; vgr_thread_give_back can tell.  (On two processors
	 * both can miss it: then vgr_pool_sweep finds the slot.)
	 */
	return vgr_peek(slot->flags) & VGR_SLOT_UNCLAIMED;
}

/*
 * Gives a slot that its thread has left behind back to the pool, if nobody is
 * inside: at once if that thread is this one or has ended, else it is its to
 * find.
 */
void vgr_thread_give_back(struct vgr_slot *slot);

static inline void vgr_thread_leave_entry(struct vgr_entry entry)
{
	if (entry.road == VGR_BEHIND_DOOR && vgr_thread_leave(entry.slot))
		vgr_thread_give_back(entry.slot);
}

/* From here on threads may have slots: all that serves them is set up. */
void vgr_thread_open(void);
int vgr_thread_is_open(void);

/* Whether this thread has a slot of its own. */
int vgr_thread_has_slot(void);

/* Who owns a slot: one value a live thread. */
void *vgr_thread_identity(void);

#endif
