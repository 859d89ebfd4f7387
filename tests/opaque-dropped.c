/* SPDX-License-Identifier: MIT */
/*
 * Claim: while another thread drops the pages of states in a loop, no request
 * returns zeros, the keystream of a zero key, or a byte twice.
 *
 * To see it fail: in produce() of generator.c, return true at the end.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "check-opaque.h"
#include "check-tier.h"
#include "check.h"

#define NSTATES		4	/* in one page */
#define KEPT_LEN	((size_t)1 << 16)
#define MAX_DRAW	2000

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT	21
#endif

struct drawer {
	pthread_t thread;
	uint8_t *state, kept[KEPT_LEN];
	size_t kept_len;
	unsigned int number;
};

static unsigned int is_over;
static unsigned long ndraws;

/* Each with its own state; the kept bytes are compared at the end. */
static void *draw_on(void *argument)
{
	struct drawer *self = argument;
	size_t len, turn = self->number;
	uint8_t buf[MAX_DRAW];

	while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED)) {
		len = 16 + turn * 7919 % (turn % 4 ? 64 : MAX_DRAW - 16);
		turn++;
		opaque_draw(self->state, buf, len);
		check(check_longest_zero_run(buf, len) < 8);
		__atomic_fetch_add(&ndraws, 1, __ATOMIC_RELAXED);
		if (len > KEPT_LEN - self->kept_len)
			continue;
		memcpy(self->kept + self->kept_len, buf, len);
		self->kept_len += len;
	}
	return NULL;
}

/* More than there are threads: one of these began after the drop. */
static void wait_for_draws(void)
{
	unsigned long seen = __atomic_load_n(&ndraws, __ATOMIC_RELAXED);
	struct timespec moment = { 0, 10000 };

	do
		nanosleep(&moment, NULL);
	while (__atomic_load_n(&ndraws, __ATOMIC_RELAXED) <= seen + NSTATES);
}

int main(void)
{
	static struct drawer drawers[NSTATES];
	size_t page_len = (size_t)sysconf(_SC_PAGESIZE), i;
	int rounds = getenv("VGR_TEST_FULL") ? 100000 :
		     getenv("VGR_TEST_EMULATED") ? 200 : 2000, round;
	uint8_t *states;

	check_tier();
	states = opaque_states(NSTATES);
	for (i = 0; i < NSTATES; i++) {
		drawers[i].number = (unsigned int)i;
		drawers[i].state = states + i * OPAQUE_STATE_LEN;
		if (pthread_create(&drawers[i].thread, NULL, draw_on,
				   &drawers[i]))
			hard_error("pthread_create");
	}
	for (round = 0; round < rounds; round++) {
		if (madvise(states, page_len,
			    round % 2 ? MADV_PAGEOUT : MADV_DONTNEED))
			hard_error("madvise: %d", errno);
		wait_for_draws();
	}
	__atomic_store_n(&is_over, 1, __ATOMIC_RELAXED);
	for (i = 0; i < NSTATES; i++) {
		pthread_join(drawers[i].thread, NULL);
		check_unique_windows(drawers[i].kept, drawers[i].kept_len);
	}
	printf("%d drops, %lu requests\n", rounds, ndraws);
	return 0;
}
