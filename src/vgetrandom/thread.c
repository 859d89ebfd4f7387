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
#include "restart.h"

/*
 * Calls turned away before a slot is left behind, and twice as many for every
 * so many that a thread has left and not seen again: their number grows with
 * the logarithm of its calls, and no thread is slow for life.
 */
#define MAX_REFUSED	3
#define MANY_ORPHANS	32
#define MAX_DOUBLINGS	(sizeof(long) * 4)

/* Where vgr_thread_slot points when there is none: nobody can step in. */
static struct vgr_slot no_slot;

#ifndef VGR_HOST_HAS_THREAD_SLOT
/* Used: by sections, which name it in assembly. */
__thread struct vgr_slot *volatile vgr_thread_slot VGR_TLS_MODEL
	__attribute__((used));
#endif

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
 * thread, which may not be the one that claimed it (swapcontext), and only then
 * can it be entered.
 */
static struct vgr_slot *install(struct vgr_slot *old, struct vgr_slot *fresh)
{
	struct vgr_slot *volatile *here = vgr_thread_identity();
	struct vgr_slot *seen = old;

	/* Released: the thread may be another by now, and finds a closed slot. */
	if (__atomic_compare_exchange_n(here, &seen, fresh, false,
					__ATOMIC_RELEASE, __ATOMIC_RELAXED)) {
		if (fresh == &no_slot)
			return fresh;
		vgr_pool_open(fresh, (void *)here);
		/* As in vgr_thread_leave: it may be left behind already. */
		if (vgr_peek(fresh->flags) & VGR_SLOT_UNCLAIMED)
			vgr_thread_give_back(fresh);
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
	if (slot)
		slot->is_restartable = vgr_restart_is_registered();
	slot = install(NULL, slot ? slot : &no_slot);
	/* Once more, if a handler has carried us to another thread meanwhile. */
	vgr_host_watch_thread();
	return slot;
}

/*
 * The slot is no thread's any more, though a call may be inside.  First the
 * mark, then the wipe: who reads our zeroes sees it.  Only then may the slot be
 * given back: a wipe that goes on late must not meet a new owner.
 */
static void abandon(struct vgr_slot *slot)
{
	__atomic_fetch_or(&slot->flags, VGR_SLOT_ORPHANED, __ATOMIC_SEQ_CST);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	vgr_wipe(slot->state, sizeof(*slot->state));
	__atomic_fetch_or(&slot->flags, VGR_SLOT_UNCLAIMED, __ATOMIC_SEQ_CST);
	vgr_thread_give_back(slot);
}

/*
 * Takes a new slot and marks the old one: a frame that is still inside serves
 * its request by the system call and gives the slot back when it leaves.
 */
static struct vgr_slot *leave_behind(struct vgr_slot *slot)
{
	struct vgr_slot *fresh, *current;

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

static bool is_power_of_2(long n)
{
	return !(n & (n - 1));
}

static long patience(const struct vgr_slot *slot)
{
	return (long)MAX_REFUSED << vgr_min(slot->norphans / MANY_ORPHANS,
					       MAX_DOUBLINGS);
}

/*
 * Takes a step back that led into a slot which is not, or no longer, the one of
 * this thread.  Our frame there is our signature, wherever we have been carried
 * since.  With no signature the slot must be one that this thread has left
 * behind: a slot that was stepped into is not released, so who owns it now owned
 * it then.  Any other is left alone: to take that step back could let a second
 * call in, one too many only costs a slot.
 */
static void step_back(struct vgr_slot *slot, uintptr_t frame)
{
	uintptr_t signature = vgr_peek(slot->frame);

	if (signature ? signature != frame :
			vgr_peek(slot->owner) != vgr_thread_identity())
		return;
	if (vgr_thread_leave(slot))
		vgr_thread_give_back(slot);
}

/* The quick way again, where a moment ago nobody was inside. */
static struct vgr_slot *enter_again(uintptr_t frame)
{
	struct vgr_slot *entered;

	if (vgr_thread_enter(frame, &entered))
		return entered;
	if (entered)
		step_back(entered, frame);
	return NULL;
}

/* The busy mark is set, or has been: turned away, or let in after all. */
static struct vgr_slot *enter_busy(struct vgr_slot *slot, uintptr_t frame)
{
	long nrefused;

	/*
	 * Our return address lies where theirs lay, so that call is over: a
	 * handler left it by longjmp.  Whatever it had half done is forgotten.
	 */
	if (slot->frame == frame) {
		vgr_generator_forget(slot);
		slot->inside = 0;
		return slot;
	}
	nrefused = slot->inside & ~VGR_CLOSED;
	if (nrefused <= MAX_REFUSED)
		return NULL;
	if (slot->norphans && is_power_of_2(nrefused))
		slot->norphans = vgr_pool_sweep(vgr_thread_identity(), frame,
						frame);
	if (nrefused <= patience(slot))
		return NULL;
	slot = leave_behind(slot);
	return slot->inside < 0 ? enter_again(frame) : NULL;
}

static const struct vgr_entry no_entry;

struct vgr_entry vgr_thread_enter_slowly(uintptr_t frame,
					 struct vgr_slot *stepped_into)
{
	struct vgr_slot *slot = vgr_thread_slot;

	if (stepped_into && stepped_into == slot) {
		slot->frame = frame;
		return (struct vgr_entry){ slot, VGR_BEHIND_DOOR };
	}
	if (stepped_into)
		step_back(stepped_into, frame);
	if (!slot) {
		if (!vgr_thread_is_open())
			return no_entry;
		slot = start_thread();
	}
	if (slot == &no_slot)
		return no_entry;
	if (slot->is_restartable)
		return vgr_restart_may_begin() ?
		       (struct vgr_entry){ slot, VGR_RESTARTABLE } : no_entry;
	slot = slot->inside < 0 ? enter_again(frame) : enter_busy(slot, frame);
	return (struct vgr_entry){ slot, VGR_BEHIND_DOOR };
}

void vgr_thread_give_back(struct vgr_slot *slot)
{
	vgr_pool_give_back(slot, vgr_thread_identity());
}

void vgr_thread_exit(void)
{
	struct vgr_slot *volatile *here = vgr_thread_identity(), *slot;
	const void *self = vgr_thread_identity();
	bool has_orphans;
	uintptr_t low, high;

	/*
	 * At once: a handler between a look and a store could leave this slot
	 * behind, and what we close would be another thread's by then.
	 */
	slot = __atomic_exchange_n(here, &no_slot, __ATOMIC_RELAXED);
	vgr_signal_fence();
	if (!slot || slot == &no_slot)
		return;

	has_orphans = slot->norphans;
	if (vgr_pool_close(slot)) {
		vgr_pool_release(slot);
	} else {
		abandon(slot);
		has_orphans = true;
	}

	/*
	 * Calls that are inside may come back on another thread, and then give
	 * their slots back; but not those on the stack that ends with this one.
	 */
	if (!has_orphans || !vgr_pool_sweep(self, 1, 0))
		return;
	if (vgr_host_stack(&low, &high) || vgr_pool_sweep(self, low, high))
		vgr_pool_disown(self);
}
