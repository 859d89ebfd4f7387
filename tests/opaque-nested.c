/* SPDX-License-Identifier: MIT */
/*
 * Claim: a request on a state that is in use is a system call and leaves the
 * state alone, also after the state's page was dropped in the middle of the
 * request inside, or the handler forked; that request's bytes are good.
 *
 * To see it fail: let enter() of opaque.c always find a place.
 */
#include <stdio.h>
#include <string.h>

#include "check-child.h"
#include "check-draw.h"
#include "check-inside.h"
#include "check-opaque.h"
#include "check-tier.h"
#include "check.h"

#define OUTER_LEN	((size_t)20000)
#define INNER_LEN	((size_t)400)

static uint8_t *state;
static uint8_t inner[INNER_LEN];
static int drops, forks;
static pid_t child;

/* What the outer request's handler does. */
static void draw_inside(void)
{
	uint64_t nbefore = info_now().system_calls;

	if (drops)
		check_eq(madvise(state, OPAQUE_STATE_LEN, MADV_DONTNEED), 0);
	if (forks) {
		child = fork();
		if (child < 0)
			hard_error("fork");
	}
	opaque_draw(state, inner, sizeof(inner));
	check_eq(info_now().system_calls, nbefore + 1);
	opaque_draw(state, inner, sizeof(inner));
	check_eq(info_now().system_calls, nbefore + 2);
}

/* ChaCha20's first block under a key of zeros: RFC 8439, A.1, vector 1. */
static const uint8_t zero_key_block[16] = {
	0x76, 0xb8, 0xe0, 0xad, 0xa0, 0xf1, 0x3d, 0x90,
	0x40, 0x5d, 0x6a, 0xe5, 0x53, 0x86, 0xbd, 0x28,
};

static void are_good(const uint8_t *bytes, size_t len)
{
	check_unique_windows(bytes, len);
	check(!check_contains(bytes, len, zero_key_block,
			      sizeof(zero_key_block)));
}

/* One request, stopped before its byte stop_at, and what follows. */
static void nest(size_t stop_at)
{
	uint8_t after[2000], *outer;

	state = opaque_one();
	opaque_draw(state, after, 100);
	are_good(after, 100);

	outer = inside_arm(OUTER_LEN, stop_at, draw_inside);
	opaque_draw(state, outer, OUTER_LEN);
	are_good(outer, OUTER_LEN);
	are_good(inner, sizeof(inner));
	opaque_draw(state, after, sizeof(after));
	are_good(after, sizeof(after));
	check_eq(inside_disarm(), 1);

	if (!forks)
		return;
	if (!child) {
		/* The parent's bytes are not seen here: it says the rest. */
		fflush(NULL);
		_exit(0);
	}
	pass_on(wait_for(child));
}

int main(void)
{
	/* In the batch, in direct output, in the batch of the last key. */
	static const size_t stops[] = { 100, 827, 5000, 15000, 16000, 19990 };
	size_t i;

	check_tier();
	inside_init(0);
	for (i = 0; i < sizeof(stops) / sizeof(stops[0]); i++)
		for (drops = 0; drops < 2; drops++)
			for (forks = 0; forks < 2; forks++)
				nest(stops[i]);
	return 0;
}
