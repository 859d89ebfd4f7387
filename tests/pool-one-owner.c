/* SPDX-License-Identifier: MIT */
/*
 * Claim: a slot has one owner at a time, however many threads claim and give
 * back at once, and its taker finds it empty.
 *
 * To see it fail: in take_bit of pool.c, clear the bit by a load and a store;
 * or have claim_in not wipe the stamps.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check-tier.h"
#include "check.h"
#include "generation.h"
#include "pool.h"
#include "vgetrandom.h"

#define NTHREADS	8
#define NHELD		5		/* slots a thread holds at most */

static long nrounds;

static void take(struct vgr_slot **held)
{
	struct vgr_slot *slot = vgr_pool_claim(0);

	check(slot);
	check_eq(slot->inside, VGR_CLOSED);
	check(vgr_is_unmade(slot->cursor));
	check_eq(vgr_position(slot->cursor), VGR_BATCH_LEN);
	check_eq(check_longest_zero_run(slot->state, sizeof(slot->state->line)),
		 sizeof(slot->state->line));
	check(!vgr_generation_is_current(slot));

	/* Counted in a field that neither claim nor release touches. */
	check_eq(__atomic_add_fetch(&slot->nrestarts, 1, __ATOMIC_SEQ_CST), 1);
	memset(slot->state, 0xa5, sizeof(*slot->state));
	*held = slot;
}

static void give_back(struct vgr_slot *slot)
{
	check_eq(slot->state->key[31], 0xa5);
	check_eq(__atomic_sub_fetch(&slot->nrestarts, 1, __ATOMIC_SEQ_CST), 0);
	vgr_pool_release(slot);
}

static void *claim_and_release(void *argument)
{
	struct vgr_slot *held[NHELD] = { NULL };
	unsigned int which = (unsigned int)(long)argument;
	long i;

	for (i = 0; i < nrounds; i++) {
		which = which * 1103515245 + 12345;
		if (held[which >> 16 & 3])
			give_back(held[which >> 16 & 3]);
		take(&held[which >> 16 & 3]);
	}
	for (i = 0; i < NHELD; i++)
		if (held[i])
			give_back(held[i]);
	return NULL;
}

int main(void)
{
	struct vgr_slot *held;
	pthread_t threads[NTHREADS];
	long i;

	if (check_tier() == 3)
		skip("requests are system calls: there are no slots");

	/* Its taker trusts no wipe that its last owner should have done. */
	take(&held);
	give_back(held);
	memset(held->state, 0xa5, sizeof(*held->state));
	take(&held);
	give_back(held);

	nrounds = getenv("VGR_TEST_FULL") ? 10000000 : 300000;

	for (i = 0; i < NTHREADS; i++)
		if (pthread_create(&threads[i], NULL, claim_and_release,
				   (void *)i))
			hard_error("no thread");
	for (i = 0; i < NTHREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
