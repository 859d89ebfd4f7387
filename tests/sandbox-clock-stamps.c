/* SPDX-License-Identifier: MIT */
/*
 * Claim: where the clock is the source, a key is stamped with the minute it was
 * made in, by both clocks; one of another minute serves no further request, and
 * one from before a suspend (the second clock's minute) makes no further batch.
 *
 * To see it fail: in vgr_generation_may_refill of generation.c, leave out the
 * second clock; in source_now, let the first stand still.
 *
 * Nobody waits a minute here: the stamps are set back.
 */
#include <stdio.h>
#include <time.h>

#include "check-child.h"
#include "check-draw.h"
#include "check-mapping.h"
#include "check-tier.h"
#include "check.h"

static struct vgr_slot *slot;

static uint64_t minute_of(clockid_t clock)
{
	struct timespec now;

	if (clock_gettime(clock, &now))
		hard_error("clock_gettime");
	return (uint64_t)now.tv_sec / 60 + 1;
}

/* In this minute or, if it has just ended, in the one before. */
static void is_of_now(uint64_t stamp, clockid_t clock)
{
	uint64_t now = minute_of(clock);

	check(stamp == now || stamp + 1 == now);
}

/* How many keys it takes to draw so much. */
static uint64_t nkeys_for(size_t len)
{
	uint64_t nkeys = slot->nkernel_keys;

	draw_away(len);
	return slot->nkernel_keys - nkeys;
}

/* Enough of this minute left for a few draws. */
static void wait_for_room(void)
{
	struct timespec now, today, moment = { 0, 200000000 };

	for (;;) {
		clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
		clock_gettime(CLOCK_REALTIME_COARSE, &today);
		if (now.tv_sec % 60 < 50 && today.tv_sec % 60 < 50)
			return;
		nanosleep(&moment, NULL);
	}
}

int main(int argc, char **argv)
{
	struct vgr_state *state;

	(void)argc;
	restart_with(argv, "VGETRANDOM_GENERATION", "clock");
	if (check_tier() == 3)
		skip("no clock that can be read without a system call");
	state = own_state();
	slot = vgr_thread_slot;
	is_of_now(state->stamp[VGR_SOURCE_CLOCK], CLOCK_MONOTONIC_COARSE);
	is_of_now(state->stamp[VGR_SOURCE_REALTIME], CLOCK_REALTIME_COARSE);
	check_eq(state->stamp[VGR_SOURCE_KERNEL], 0);

	wait_for_room();
	draw_away(16);
	state->stamp[VGR_SOURCE_CLOCK]--;
	check_eq(nkeys_for(16), 1);
	is_of_now(state->stamp[VGR_SOURCE_CLOCK], CLOCK_MONOTONIC_COARSE);
	check_eq(nkeys_for(16), 0);

	/* The batch that was made before may be used up, no other made. */
	draw_away(16);
	state->stamp[VGR_SOURCE_REALTIME]--;
	check_eq(nkeys_for(16), 0);
	check_eq(nkeys_for(VGR_BATCH_LEN), 1);
	is_of_now(state->stamp[VGR_SOURCE_REALTIME], CLOCK_REALTIME_COARSE);
	return 0;
}
