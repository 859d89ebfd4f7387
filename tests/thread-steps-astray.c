/* SPDX-License-Identifier: MIT */
/*
 * Claim: a call that has stepped into a slot which was no longer its thread's
 * takes that step back where the slot was left behind, on whatever thread it
 * goes on; and not where it is another thread's, whose own step it may have
 * coincided with.
 *
 * To see it fail: in step_back of thread.c, leave out the test of the owner, or
 * of the frame; or let it do nothing.
 *
 * What two processors do in the same nanosecond is done by hand here.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>

#include "check-draw.h"
#include "check-inside.h"
#include "check-slot.h"
#include "check-tier.h"
#include "check.h"
#include "pool.h"

static sem_t is_there, may_go;

/* The slow way of a call that stepped into that slot; then it ends. */
static __attribute__((noinline)) void go_on(struct vgr_slot *stepped_into,
					    uintptr_t frame)
{
	struct vgr_slot *entered = vgr_thread_enter_slowly(frame, stepped_into).slot;

	if (entered && vgr_thread_leave(entered))
		vgr_thread_give_back(entered);
}

/* ---- Another thread's ----------------------------------------------------- */

static struct vgr_slot *theirs;

static void wait_inside(void)
{
	theirs = vgr_thread_slot;
	sem_post(&is_there);
	sem_wait(&may_go);
}

static void *stay_inside(void *unused)
{
	uint8_t *buf = inside_arm(32, 16, wait_inside);

	draw_away(16);
	check_eq(vgetrandom(buf, 32, 0), 32);
	check_eq(inside_disarm(), 1);
	return unused;
}

/* Both processors have read -1, and both have written 0. */
static void step_into_theirs(void)
{
	uintptr_t frame;
	pthread_t thread;

	if (pthread_create(&thread, NULL, stay_inside, NULL))
		hard_error("no thread");
	sem_wait(&is_there);
	frame = theirs->frame;
	check_eq(theirs->inside, 0);
	go_on(theirs, VGR_FRAME());
	check_eq(theirs->inside, 0);

	/* Before theirs has put its frame there. */
	theirs->frame = 0;
	go_on(theirs, VGR_FRAME());
	check_eq(theirs->inside, 0);
	theirs->frame = frame;
	sem_post(&may_go);
	pthread_join(thread, NULL);
}

/* ---- One that was left behind ---------------------------------------------- */

static int unknown_frame;

/*
 * This thread's slot is left behind with a call inside, which has then left it
 * but not yet looked whether it has to give it back.
 */
static struct vgr_slot *leave_one_behind(void)
{
	struct vgr_slot *slot;

	draw_away(16);
	slot = vgr_thread_slot;
	check(vgr_step_in(&slot->inside));
	slot->frame = (uintptr_t)&unknown_frame;
	while (vgr_thread_slot == slot)
		draw_away(16);
	slot->frame = 0;
	slot->inside = -1;
	check_eq(slot->flags & VGR_SLOT_UNCLAIMED, VGR_SLOT_UNCLAIMED);
	return slot;
}

static void step_into_ours(void)
{
	struct vgr_slot *slot = leave_one_behind();

	check(vgr_step_in(&slot->inside));
	go_on(slot, VGR_FRAME());
	check(!slot->owner);
}

static uintptr_t carried_frame;

static void *go_on_elsewhere(void *slot)
{
	go_on(slot, carried_frame);
	return NULL;
}

/* It has put its frame there; a context goes on in another thread. */
static void be_carried_away(void)
{
	struct vgr_slot *slot = leave_one_behind();
	pthread_t thread;

	check(vgr_step_in(&slot->inside));
	carried_frame = slot->frame = VGR_FRAME();
	if (pthread_create(&thread, NULL, go_on_elsewhere, slot))
		hard_error("no thread");
	pthread_join(thread, NULL);
	check_eq(slot->inside, -1);
	check_eq(vgr_pool_sweep(vgr_thread_identity(), 1, 0), 0);
	check(!slot->owner);
}

int main(void)
{
	struct vgetrandom_info before, after;
	int i;

	take_the_door();
	if (check_tier() == 3)
		skip("requests are system calls: there is no inside");
	inside_init(0);
	sem_init(&is_there, 0, 0);
	sem_init(&may_go, 0, 0);
	draw_away(16);

	before = info_now();
	for (i = 0; i < 40; i++) {
		step_into_theirs();
		step_into_ours();
		be_carried_away();
	}
	after = info_now();
	printf("40 rounds: %lld slots more\n",
	       (long long)(after.slots - before.slots));
	check_eq(after.slots, before.slots);
	return 0;
}
