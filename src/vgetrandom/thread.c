/* SPDX-License-Identifier: MIT */
/*
 * thread.c - a thread's first call, its last, and the calls that find the slot
 * busy.
 *
 * Busy means that a signal handler interrupted a call and asks for bytes
 * itself: it is turned away to the system call.  But the interrupted call may
 * never come back (longjmp), or only much later (swapcontext), so a thread does
 * not wait for it for ever: it leaves the slot behind and takes another.
 *
 * Knows nothing of bytes.
 */
#include "thread.h"

#include <stdbool.h>

#include "generator.h"
#include "host.h"
#include "pool.h"

/* Calls turned away before a slot is left behind. */
#define MAX_REFUSED	3

/* A slot left behind is never safe to reuse, so their number has an end. */
#define MAX_ORPHANS	32

/* Where vgr_thread_slot points when there is none: nobody can step in. */
static struct vgr_slot no_slot;

__thread struct vgr_slot *volatile vgr_thread_slot VGR_TLS_MODEL;

static unsigned int is_open;		/* threads may have slots */

#ifndef VGR_TLS_READ_ANEW
/* A call, so that no caller's idea of the thread gets in here. */
__attribute__((noinline)) struct vgr_slot *vgr_thread_slot_anew(void)
{
	return vgr_thread_slot;
}
#endif

void vgr_thread_open(void)
{
	__atomic_store_n(&is_open, 1, __ATOMIC_RELEASE);
}

int vgr_thread_is_open(void)
{
	return (int)__atomic_load_n(&is_open, __ATOMIC_ACQUIRE);
}

void *vgr_thread_identity(void)
{
	return (void *)&vgr_thread_slot;
}

int vgr_thread_has_slot(void)
{
	return vgr_thread_slot && vgr_thread_slot != &no_slot;
}

/*
 * Puts 'fresh' in the place of 'old', unless a signal handler has put in
 * another meanwhile: then that one stays.  Only then has it an owner, this
 * thread, which may not be the one that claimed it (swapcontext): until then a
 * fork child finds it taken by nobody and leaves it alone.
 */
static struct vgr_slot *install(struct vgr_slot *old, struct vgr_slot *fresh)
{
	struct vgr_slot *seen = old;

	if (__atomic_compare_exchange_n(&vgr_thread_slot, &seen, fresh, false,
					__ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
		if (fresh != &no_slot)
			__atomic_store_n(&fresh->owner, vgr_thread_identity(),
					 __ATOMIC_RELEASE);
		return fresh;
	}
	if (fresh != &no_slot)
		vgr_pool_release(fresh);
	return seen;
}

/* The first call of a thread.  What is refused once is not asked for again. */
static struct vgr_slot *start_thread(void)
{
	struct vgr_slot *slot;

	slot = vgr_host_watch_thread() ? NULL :
	       vgr_pool_claim(0);
	return install(NULL, slot ? slot : &no_slot);
}

/*
 * Marks and wipes a slot that someone is inside of.  First the mark: who reads
 * our zeroes sees it.  Whoever of the two ends last, we or the call inside,
 * gives the slot back: a wipe that goes on late must not meet a new owner.
 */
static void abandon(struct vgr_slot *slot)
{
	__atomic_fetch_or(&slot->flags, VGR_SLOT_ORPHANED, __ATOMIC_SEQ_CST);
	vgr_wipe(slot->state, sizeof(*slot->state));
	if (__atomic_fetch_or(&slot->flags, VGR_SLOT_WIPED, __ATOMIC_SEQ_CST) &
	    VGR_SLOT_LEFT)
		vgr_pool_release(slot);
}

/*
 * Takes a new slot and marks the old one: a frame that is still inside serves
 * its request by the system call and gives the slot back when it leaves.
 */
static struct vgr_slot *leave_behind(struct vgr_slot *slot)
{
	struct vgr_slot *fresh, *current;

	if (slot->norphans >= MAX_ORPHANS)
		return slot;
	fresh = vgr_pool_claim(slot->norphans + 1);
	if (!fresh)
		return slot;

	/*
	 * First it is no thread's slot, then it is marked: the call inside may
	 * come back at any instruction and give a marked slot away.
	 */
	current = install(slot, fresh);
	if (current != fresh)
		return current;		/* whoever was faster marks it */

	abandon(slot);
	return current;
}

/* Steps into a slot of which a moment ago nobody was inside. */
static struct vgr_slot *step_into(struct vgr_slot *slot, uintptr_t frame)
{
	if (!vgr_step_in(&slot->inside))
		return NULL;
	vgr_signal_fence();
	if (vgr_thread_slot_anew() != slot)	/* as in vgr_thread_enter */
		return NULL;
	slot->frame = frame;
	vgr_signal_fence();
	return slot;
}

struct vgr_slot *vgr_thread_enter_slowly(uintptr_t frame)
{
	struct vgr_slot *slot = vgr_thread_slot;

	if (!slot) {
		if (!vgr_thread_is_open())
			return NULL;
		slot = start_thread();
	}
	if (slot == &no_slot)
		return NULL;
	if (slot->inside < 0)
		return step_into(slot, frame);

	/*
	 * Our return address lies where theirs lay, so that call is over: a
	 * handler left it by longjmp.  Whatever it had half done is forgotten.
	 */
	if (slot->frame == frame) {
		vgr_generator_forget(slot);
		slot->inside = 0;
		return slot;
	}
	if (slot->inside <= MAX_REFUSED)
		return NULL;
	slot = leave_behind(slot);
	return slot->inside < 0 ? step_into(slot, frame) : NULL;
}

/* A frame leaves a slot that its thread has left behind. */
void vgr_thread_give_back(struct vgr_slot *slot)
{
	struct vgr_slot *current = vgr_thread_slot;

	if (__atomic_fetch_or(&slot->flags, VGR_SLOT_LEFT, __ATOMIC_SEQ_CST) &
	    VGR_SLOT_WIPED)
		vgr_pool_release(slot);
	if (current && current != &no_slot && current->norphans)
		current->norphans--;
}

void vgr_thread_exit(void)
{
	struct vgr_slot *slot = vgr_thread_slot;

	vgr_thread_slot = &no_slot;
	vgr_signal_fence();
	if (!slot || slot == &no_slot)
		return;

	/*
	 * A call is inside and may come back on another thread: the slot is
	 * wiped, and that call's to give back.
	 */
	if (slot->inside >= 0) {
		abandon(slot);
		return;
	}
	vgr_pool_release(slot);
}
