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

/* Calls turned away before a slot is left behind; fits the low bits of busy. */
#define MAX_REFUSED	3
#define REFUSED_BITS	((uintptr_t)15)

/* A slot left behind is never safe to reuse, so their number has an end. */
#define MAX_ORPHANS	32

/* Where vgr_thread_slot points when there is none. */
static struct vgr_slot no_slot = { .busy = 1 };

__thread struct vgr_slot *volatile vgr_thread_slot VGR_TLS_MODEL;

static unsigned int is_open;		/* threads may have slots */

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
 * another meanwhile: then that one stays.
 */
static struct vgr_slot *install(struct vgr_slot *old, struct vgr_slot *fresh)
{
	struct vgr_slot *seen = old;

	if (__atomic_compare_exchange_n(&vgr_thread_slot, &seen, fresh, false,
					__ATOMIC_RELAXED, __ATOMIC_RELAXED))
		return fresh;
	if (fresh != &no_slot)
		vgr_pool_release(fresh);
	return seen;
}

/* The first call of a thread.  What is refused once is not asked for again. */
static struct vgr_slot *start_thread(void)
{
	struct vgr_slot *slot;

	slot = vgr_host_watch_thread() ? NULL :
	       vgr_pool_claim(vgr_thread_identity(), 0);
	return install(NULL, slot ? slot : &no_slot);
}

/*
 * Takes a new slot and marks the old one: a frame that is still inside serves
 * its request by the system call and gives the slot back when it leaves.
 */
static struct vgr_slot *leave_behind(struct vgr_slot *slot)
{
	struct vgr_slot *fresh;

	if (slot->norphans >= MAX_ORPHANS)
		return slot;
	fresh = vgr_pool_claim(vgr_thread_identity(), slot->norphans + 1);
	if (!fresh)
		return slot;

	/* First the mark, then the wipe: who reads our zeroes sees the mark. */
	__atomic_fetch_or(&slot->flags, VGR_SLOT_ORPHANED, __ATOMIC_SEQ_CST);
	vgr_wipe(slot->state, sizeof(*slot->state));
	return install(slot, fresh);
}

/* A busy slot: whether the call inside is dead, or how long to be patient. */
static struct vgr_slot *enter_busy(struct vgr_slot *slot, uintptr_t frame)
{
	uintptr_t inside = slot->busy;

	/*
	 * Our return address lies where theirs lay, so that call is over: a
	 * handler left it by longjmp.  Whatever it had half done is forgotten.
	 */
	if ((inside & ~REFUSED_BITS) == frame) {
		vgr_generator_forget(slot);
		slot->busy = frame;
		return slot;
	}

	if ((inside & REFUSED_BITS) < MAX_REFUSED) {
		slot->busy = inside + 1;
		return NULL;
	}
	slot = leave_behind(slot);
	if (slot->busy)
		return NULL;
	slot->busy = frame;
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
	if (slot->busy)
		return enter_busy(slot, frame);

	slot->busy = frame;
	vgr_signal_fence();
	return vgr_thread_slot == slot ? slot : NULL;
}

/* A frame leaves a slot that its thread has left behind. */
void vgr_thread_give_back(struct vgr_slot *slot)
{
	struct vgr_slot *current = vgr_thread_slot;

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
	if (slot->busy) {
		__atomic_fetch_or(&slot->flags, VGR_SLOT_ORPHANED,
				  __ATOMIC_SEQ_CST);
		vgr_generator_forget(slot);
		return;
	}
	vgr_pool_release(slot);
}
