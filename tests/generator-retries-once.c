/* SPDX-License-Identifier: MIT */
/*
 * Claim: a request whose key goes stale midway is begun again at its first byte
 * with a new key, and when that goes stale too, one system call serves all of
 * it; nothing of the attempts before is left in what the caller gets.
 *
 * To see it fail: have vgr_generator_fill try a third time; or begin the second
 * attempt where the first had come; or in produce not look at the key again.
 */
#include <stdio.h>
#include <string.h>

#include "check-draw.h"
#include "check-inside.h"
#include "check-slot.h"
#include "check-tier.h"
#include "check.h"

#define MAX_LEN		70000

static uint8_t *buf, first_attempt[MAX_LEN], second_attempt[MAX_LEN];
static uint8_t *second_page;
static size_t len;
static uint64_t at_first_stop;

static void reseed_once(void)
{
	memcpy(first_attempt, buf, len);
	vgetrandom_reseed();
}

/* Stops the second attempt further on, where the first did not come. */
static void reseed_twice(void)
{
	if (inside.nstops == 1) {
		memcpy(first_attempt, buf, len);
		at_first_stop = vgr_thread_slot->nkernel_keys;
		if (mprotect(second_page, INSIDE_PAGE_LEN, PROT_NONE))
			hard_error("mprotect");
		inside.closed = second_page;
		inside.closed_len = INSIDE_PAGE_LEN;
	} else {
		check(vgr_thread_slot->nkernel_keys > at_first_stop);
		memcpy(second_attempt, buf, (size_t)(second_page - buf));
	}
	vgetrandom_reseed();
}

/* Aligned pieces where they were: a request not begun again would keep them. */
static void check_nothing_is_kept(const uint8_t *attempt, size_t attempt_len)
{
	size_t at;

	for (at = 0; at + 8 <= attempt_len; at += 8)
		check(memcmp(buf + at, attempt + at, 8));
}

static void once(size_t request_len, size_t stop_at)
{
	struct vgetrandom_info before, after;
	struct sources sources;

	do {
		draw_away(1);		/* so that a key can go stale */
		sources = sources_now();
		before = info_now();
		len = request_len;
		buf = inside_arm(len, stop_at, reseed_once);
		draw(buf, len);
		after = info_now();
		check_eq(inside.nstops, 1);
		check_nothing_is_kept(first_attempt, stop_at);
		check_unique_windows(buf, len < 2000 ? len : 2000);
		check(check_longest_zero_run(buf, len) < 8);
		inside_disarm();
	} while (have_moved(&sources));

	check_eq(after.kernel_keys, before.kernel_keys + 1);
	check_eq(after.system_calls, before.system_calls);
}

/*
 * The request begins 1000 bytes before the first closed page and is stopped
 * there; its second attempt only a page later.
 */
static void twice(void)
{
	struct vgetrandom_info before, after;
	struct sources sources;
	uint8_t *base;

	do {
		draw_away(1);
		sources = sources_now();
		before = info_now();
		len = 1000 + INSIDE_PAGE_LEN + 1000;
		buf = inside_arm(len, 1000, reseed_twice);
		base = inside.base;
		second_page = inside.closed + INSIDE_PAGE_LEN;
		draw(buf, len);
		after = info_now();
		check_nothing_is_kept(first_attempt, 1000);
		check_nothing_is_kept(second_attempt, 1000 + INSIDE_PAGE_LEN);
		check_unique_windows(buf, 2000);
		check_unique_windows(buf + len - 2000, 2000);
		check(check_longest_zero_run(buf, len) < 8);
		munmap(base, inside.len);
		inside.closed = NULL;
	} while (have_moved(&sources));

	check_eq(inside.nstops, 2);
	check_eq(after.restarts, before.restarts + 2);
	check_eq(after.system_calls, before.system_calls + 1);
}

int main(void)
{
	static const size_t requests[][2] = {
		{ 100, 0 }, { 100, 48 }, { 900, 800 }, { 1500, 1400 },
		{ 5000, 4900 }, { 20000, 1000 }, { 20000, 16000 },
		{ 40000, 39000 },
	};
	size_t i, round;

	take_the_door();	/* no request is stopped and loses bytes there */
	if (check_tier() == 3)
		skip("requests are system calls: there is no key");
	inside_init(0);
	draw_away(16);
	for (round = 0; round < 5; round++) {
		for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
			once(requests[i][0], requests[i][1]);
		twice();
	}
	return 0;
}
