/* SPDX-License-Identifier: MIT */
/*
 * Claim: after vgetrandom_quiesce() no state holds a key that would be used,
 * whatever a request was in the middle of: each is a system call until
 * vgetrandom_reseed(), and what came before that is never used after it.
 *
 * To see it fail: in vgr_generation_read of generation.c, ask whether the
 * library is quiesced before the sources are read, not after.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check-draw.h"
#include "check-opaque.h"
#include "check-tier.h"
#include "check.h"

static uint8_t *state;
static unsigned int is_over;
static unsigned long nrequests;

/* One that is often in the middle of taking a new key. */
static void *draw_on(void *unused)
{
	uint8_t bytes[16];

	while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED)) {
		opaque_draw(state, bytes, sizeof(bytes));
		__atomic_fetch_add(&nrequests, 1, __ATOMIC_SEQ_CST);
	}
	return unused;
}

static void wait_for_requests(unsigned long n)
{
	unsigned long seen = __atomic_load_n(&nrequests, __ATOMIC_SEQ_CST);

	while (__atomic_load_n(&nrequests, __ATOMIC_SEQ_CST) < seen + n)
		sched_yield();
}

/* The request that was inside has ended after one more; no other may begin. */
static void quiesce_once(void)
{
	uint64_t nrefused;

	vgetrandom_quiesce();
	wait_for_requests(2);
	nrefused = info_now().system_calls;
	wait_for_requests(3);
	check(info_now().system_calls >= nrefused + 2);
	vgetrandom_reseed();
	wait_for_requests(1);
}

int main(void)
{
	int i, nrounds = getenv("VGR_TEST_FULL") ? 1000000 :
			 getenv("VGR_TEST_EMULATED") ? 50 : 300;
	pthread_t thread;

	check_tier();
	state = opaque_one();
	if (pthread_create(&thread, NULL, draw_on, NULL))
		hard_error("pthread_create");
	for (i = 0; i < nrounds; i++)
		quiesce_once();
	__atomic_store_n(&is_over, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	printf("%d rounds\n", nrounds);
	return 0;
}
