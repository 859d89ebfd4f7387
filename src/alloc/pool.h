/* SPDX-License-Identifier: MIT */
/*
 * pool.h - hands out and takes back slots.
 *
 * Free or taken is a bit: claiming clears it, releasing sets it, and a fork
 * between any two instructions finds it one or the other, never a slot twice.
 * No links that a fork or a race could leave half made, no lock.
 */
#ifndef VGR_POOL_H
#define VGR_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "state.h"

/*
 * A slot: stamps zero, batch empty, marked stale, closed to all calls.  NULL if
 * there is none, and the refusal is remembered.  norphans is copied into it.
 * While it has no owner (slot->owner), a fork child leaves it taken.
 */
struct vgr_slot *vgr_pool_claim(uint32_t norphans);

/* Gives it to its owner, whose calls may enter it from here on. */
void vgr_pool_open(struct vgr_slot *slot, void *owner);

/* true: nobody was inside, and nobody can step in any more. */
bool vgr_pool_close(struct vgr_slot *slot);

/*
 * Wipes a closed slot, or one whose call is known to be dead, and gives it back.
 * Its page share was the caller's alone.
 */
void vgr_pool_release(struct vgr_slot *slot);

/*
 * VGR_SLOT_UNCLAIMED, taken away (true: by us, and nobody else releases the slot
 * meanwhile) and put back.
 */
bool vgr_pool_take_mark(struct vgr_slot *slot);
void vgr_pool_put_mark(struct vgr_slot *slot);

/*
 * Releases an unclaimed slot that a call has left, if it is this thread's own
 * (self) or its thread has ended.  Another thread releases its own (by sweep):
 * its steps are no atomic instruction, and are not raced with from outside.
 */
void vgr_pool_give_back(struct vgr_slot *slot, const void *self);

/*
 * Releases the slots this owner has left behind whose calls are over: they have
 * left, or had frames from low to high, both included, and are known to be
 * dead.  Returns how many remain.
 */
uint32_t vgr_pool_sweep(const void *owner, uintptr_t low, uintptr_t high);

/* The owner ends: what it leaves is released by whoever leaves it. */
void vgr_pool_disown(const void *owner);

/* Every slot, taken or free, is stale from the return of this call on. */
void vgr_pool_mark_stale(void);

/*
 * Before a fork: slots claimed from here on may be the child's own when
 * vgr_pool_fork_child runs there, which leaves them alone.
 */
void vgr_pool_fork_prepare(void);

/*
 * In a fork child: the slots of threads that are not here are free, unless
 * someone was inside or they were left behind; then they stay taken for ever.
 * So does whatever is the survivor's, current (NULL: none) above all.
 */
void vgr_pool_fork_child(const void *survivor, const struct vgr_slot *current);

struct vgr_pool_counts {
	uint64_t nslots, ntaken, nrefills, nkernel_keys, nrestarts;
};

void vgr_pool_count(struct vgr_pool_counts *counts);

#endif
