/* SPDX-License-Identifier: MIT */
/*
 * Claim: a handler that draws 40 times inside one interrupted request is served
 * in user space after three system calls, and so are handlers that interrupt
 * each other 20 deep; the interrupted requests are whole, no byte is given
 * twice, and no slot stays behind.
 *
 * To see it fail: in thread.c, let MAX_REFUSED be 15; or have
 * vgr_thread_give_back do nothing; or have vgr_thread_enter and its slow kin
 * not look at inside.
 */
#include <stdio.h>

#include "check-draw.h"
#include "check-inside.h"
#include "check-slot.h"
#include "check-tier.h"
#include "check.h"

#define NDRAWS		40
#define PIECE_LEN	24
#define MAX_REFUSED	3	/* as the library's documents say */
#define NDEEP		20

static const size_t lens[] = { 16, 32, 100, 928, 1500, 5000, 20000 };
#define NLENS (sizeof(lens) / sizeof(lens[0]))

static uint8_t drawn[NDRAWS][PIECE_LEN];

static void check_request(const uint8_t *bytes, size_t len)
{
	check_unique_windows(bytes, len < 1024 ? len : 1024);
	if (len >= 2048)
		check_unique_windows(bytes + len - 1024, 1024);
	check(check_longest_zero_run(bytes, len) < 8);
}

static void draw_40_times(void)
{
	int i;

	check(is_inside_a_call());
	for (i = 0; i < NDRAWS; i++)
		draw(drawn[i], PIECE_LEN);
}

static void one_handler(size_t len, size_t stop_at)
{
	struct vgetrandom_info before = info_now(), after;
	uint8_t *buf = inside_arm(len, stop_at, draw_40_times);

	draw(buf, len);
	check_request(buf, len);
	check_unique_windows(drawn, sizeof(drawn));
	check_eq(inside_disarm(), 1);
	after = info_now();

	/*
	 * At the door the handler's first calls, and a request that lost its
	 * slot when the quick way had given up already.
	 */
	if (is_restartable())
		check_eq(after.system_calls, before.system_calls);
	else
		check(after.system_calls - before.system_calls - MAX_REFUSED <= 1);
	check_eq(after.slots, before.slots);
}

/* ---- Handlers in handlers ------------------------------------------------ */

static int depth;

static void go_deeper(void);

static void interrupted_request(void)
{
	size_t len = lens[(size_t)depth % NLENS], i;
	uint8_t *buf, *more = drawn[depth];
	struct inside outer = inside;

	/* Turned away until the thread takes another slot. */
	for (i = 0; depth && i < MAX_REFUSED; i++)
		draw_away(PIECE_LEN);

	buf = inside_arm(len, (size_t)depth % 16, go_deeper);
	draw(buf, len);
	check_request(buf, len);
	check_eq(inside_disarm(), 1);
	inside = outer;

	draw(more, PIECE_LEN);
	check_unique_windows(more, PIECE_LEN);
}

static void go_deeper(void)
{
	if (++depth < NDEEP)
		interrupted_request();
}

int main(void)
{
	struct vgetrandom_info before, after;
	size_t i, round;

	if (check_tier() == 3)
		skip("requests are system calls: there is no inside");
	inside_init(0);
	draw_away(16);

	for (round = 0; round < 20; round++)
		for (i = 0; i < NLENS; i++)
			one_handler(lens[i], round % lens[i]);

	before = info_now();
	for (round = 0; round < 10; round++) {
		depth = 0;
		interrupted_request();
		check_eq(depth, NDEEP);
	}
	after = info_now();
	printf("%d deep: slots %llu before, %llu after\n", NDEEP,
	       (unsigned long long)before.slots,
	       (unsigned long long)after.slots);
	check_eq(after.slots, before.slots);

	before = info_now();
	for (i = 0; i < NDRAWS; i++)
		draw_away(PIECE_LEN);
	check_eq(info_now().system_calls, before.system_calls);
	return 0;
}
