/* SPDX-License-Identifier: MIT */
/*
 * Claim: a thread that is cancelled inside a request leaves nothing that could
 * be served or found: its slot is wiped and given back, as the stack of that
 * call has ended with it, and its neighbours go on.
 *
 * To see it fail: have vgr_thread_exit in thread.c release nothing that lies on
 * its stack; or vgr_pool_release not wipe.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "check-draw.h"
#include "check-inside.h"
#include "check-slot.h"
#include "check-tier.h"
#include "check.h"

#define NVICTIMS	60	/* cancelled where we want it */
#define NSTRAYS		60	/* cancelled anywhere */
#define NNEIGHBOURS	2
#define PIECE_LEN	32

static struct vgr_slot *victims_slot;
static uint8_t in_cleanup[NVICTIMS][PIECE_LEN];
static int may_end, is_there;

static void cancel_myself(void)
{
	check(is_inside_a_call());
	victims_slot = vgr_thread_slot;
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	pthread_cancel(pthread_self());
	check_failed(__FILE__, __LINE__, "the thread is cancelled");
}

static void draw_in_cleanup(void *to)
{
	draw(to, PIECE_LEN);
}

static void *be_cancelled_inside(void *argument)
{
	static const size_t lens[] = { 16, 100, 1500, 20000 };
	long i = (long)argument;
	uint8_t *buf;

	draw_away(16);
	buf = inside_arm(lens[i % 4], 8, cancel_myself);
	pthread_cleanup_push(draw_in_cleanup, in_cleanup[i]);
	vgetrandom(buf, lens[i % 4], 0);
	pthread_cleanup_pop(0);
	return NULL;
}

static void *be_cancelled_anywhere(void *unused)
{
	uint8_t bytes[2000];
	size_t len;

	draw_away(16);
	__atomic_store_n(&is_there, 1, __ATOMIC_RELEASE);
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	for (len = 1;; len = len % sizeof(bytes) + 1)
		vgetrandom(bytes, len, 0);
	return unused;
}

static void *be_neighbour(void *unused)
{
	uint8_t bytes[600];

	while (!__atomic_load_n(&may_end, __ATOMIC_RELAXED)) {
		draw(bytes, sizeof(bytes));
		check(check_longest_zero_run(bytes, sizeof(bytes)) < 8);
	}
	return unused;
}

static pthread_t start(void *(*life)(void *), void *argument)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, life, argument))
		hard_error("no thread");
	return thread;
}

static void wait_for_cancelled(pthread_t thread)
{
	void *result;

	pthread_join(thread, &result);
	check(result == PTHREAD_CANCELED);
}

int main(void)
{
	pthread_t neighbours[NNEIGHBOURS], stray;
	struct vgetrandom_info before, after;
	int tier = check_tier();
	long i;

	if (UNDER_ASAN)
		skip("AddressSanitizer cannot follow a cancellation");
	inside_init(0);
	draw_away(16);
	for (i = 0; i < NNEIGHBOURS; i++)
		neighbours[i] = start(be_neighbour, NULL);

	/* The neighbours have slots of their own by then. */
	do
		before = info_now();
	while (tier < 3 && before.slots < 1 + NNEIGHBOURS);
	for (i = 0; tier < 3 && i < NVICTIMS; i++) {
		wait_for_cancelled(start(be_cancelled_inside, (void *)i));
		check_eq(check_longest_zero_run(victims_slot->state,
						VGR_STATE_LEN), VGR_STATE_LEN);
		check(!victims_slot->owner);
		check_unique_windows(in_cleanup[i], PIECE_LEN);
	}
	check_eq(info_now().slots, before.slots);

	before = info_now();
	for (i = 0; i < NSTRAYS; i++) {
		volatile long pause = i * 50;

		is_there = 0;
		stray = start(be_cancelled_anywhere, NULL);
		while (!__atomic_load_n(&is_there, __ATOMIC_ACQUIRE))
			;
		while (pause--)
			;
		pthread_cancel(stray);
		wait_for_cancelled(stray);
	}
	after = info_now();
	__atomic_store_n(&may_end, 1, __ATOMIC_RELAXED);
	for (i = 0; i < NNEIGHBOURS; i++)
		pthread_join(neighbours[i], NULL);

	printf("%d threads cancelled anywhere: %lld slots kept\n", NSTRAYS,
	       (long long)(after.slots - before.slots));
	/* Lost only by who is cancelled between a step and its signature. */
	check(after.slots - before.slots <= NSTRAYS / 2);

	before = info_now();
	draw_away(5000);
	after = info_now();
	if (tier < 3)
		check_eq(after.system_calls, before.system_calls);
	return 0;
}
