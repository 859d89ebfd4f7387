/* SPDX-License-Identifier: MIT */
/*
 * Claim: a slot that a thread left behind just when another thread left the call
 * that was inside, so that neither saw the other, is given back when the thread
 * next looks for calls that are over; but not while a late step is in it.
 *
 * To see it fail: have vgr_pool_sweep look at frames alone; or have it take every
 * frame for dead.
 *
 * The moment is made by hand: it is one of a few nanoseconds (see missed-mark
 * among the litmus tests).
 */
#include <stdio.h>

#include "check-draw.h"
#include "check-tier.h"
#include "check.h"
#include "pool.h"
#include "thread.h"

#define NO_FRAME	1

static struct vgr_slot *left_unseen(void)
{
	struct vgr_slot *slot = vgr_pool_claim(0);

	if (!slot)
		skip("there is no second slot");
	vgr_pool_open(slot, vgr_thread_identity());
	slot->flags |= VGR_SLOT_ORPHANED | VGR_SLOT_UNCLAIMED;
	return slot;
}

static uint32_t look_for_calls(void)
{
	return vgr_pool_sweep(vgr_thread_identity(), NO_FRAME, NO_FRAME);
}

int main(void)
{
	struct vgr_slot *slot;
	unsigned long long nslots;

	if (check_tier() == 3)
		skip("requests are system calls: there are no slots");
	draw_away(16);
	nslots = info_now().slots;

	slot = left_unseen();
	check_eq(info_now().slots, nslots + 1);
	check_eq(look_for_calls(), 0);
	check_eq(info_now().slots, nslots);

	slot = left_unseen();
	slot->inside = 0;
	check_eq(look_for_calls(), 1);
	check(slot->flags & VGR_SLOT_UNCLAIMED);
	check_eq(info_now().slots, nslots + 1);
	check(vgr_thread_leave(slot));
	vgr_thread_give_back(slot);
	check_eq(info_now().slots, nslots);
	return 0;
}
