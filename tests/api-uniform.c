/* SPDX-License-Identifier: MIT */
/*
 * Claim: vgetrandom_uniform32() and _uniform64() are below their bound and
 * without bias: exactly the draws that would favour a result are refused.
 *
 * To see it fail: in vgetrandom_uniform32 of api.c, leave out the loop.
 *
 * The draws are put into the thread's batch beforehand, so that the answer to
 * each can be held against the definition; then the counts of real ones.
 */
#include <stdio.h>
#include <string.h>

#include "check-mapping.h"
#include "check-slot.h"
#include "check-tier.h"
#include "check.h"
#include "generation.h"
#include "vgetrandom.h"

#define NEVEN	200000

static struct vgr_slot *slot;

/*
 * The next draws will be these.  Returns whether they still were the next when
 * "ask" had been answered: the kernel may have reseeded meanwhile.
 */
static int ask(const void *draws, size_t len, uint64_t bound, int is_64,
	       uint64_t *answer, size_t *used)
{
	uint64_t nkeys;

	do {		/* a batch that has room */
		own_state();
		nkeys = slot->nkernel_keys;
	} while (vgr_position(slot->cursor) + len > VGR_BATCH_LEN);

	memcpy(slot->state->batch + vgr_position(slot->cursor), draws, len);
	*used = vgr_position(slot->cursor);
	*answer = is_64 ? vgetrandom_uniform64(bound) :
			  vgetrandom_uniform32((uint32_t)bound);
	*used = vgr_position(slot->cursor) - *used;
	return slot->nkernel_keys == nkeys;
}

/*
 * By definition: of the 2^32 draws, those are taken whose product with the
 * bound has a low half of at least 2^32 mod bound, which leaves each result
 * the same number of draws; the result is the high half.
 */
static int is_taken32(uint32_t draw, uint32_t bound)
{
	return (uint32_t)((uint64_t)draw * bound) >= (1ull << 32) % bound;
}

static void answers_as_defined32(uint32_t draw, uint32_t bound)
{
	/* The second is taken whatever the bound: its low half is its highest. */
	uint32_t draws[2] = { draw, 0xffffffff }, first;
	uint64_t answer, wanted;
	size_t used;

	while (!is_taken32(draws[1], bound))
		draws[1]--;
	first = !is_taken32(draw, bound);
	wanted = (uint64_t)draws[first] * bound >> 32;
	if (!ask(draws, sizeof(draws), bound, 0, &answer, &used))
		return;
	check_eq(answer, wanted);
	check_eq(used, 4 * (first + 1));
}

static void answers_as_defined64(uint64_t draw, uint64_t bound)
{
	const uint64_t biased = -bound % bound;	/* 2^64 mod bound */
	uint64_t draws[2] = { draw, ~0ull }, answer;
	size_t used, first = draw < biased;

	if (!ask(draws, sizeof(draws), bound, 1, &answer, &used))
		return;
	check_eq(answer, draws[first] % bound);
	check_eq(used, 8 * (first + 1));
}

/* Around the first and the last draw that gives a result. */
static void edges_of_result32(uint32_t result, uint32_t bound)
{
	uint64_t threshold = (1ull << 32) % bound, first, last;
	int64_t draw;

	first = (((uint64_t)result << 32) + threshold + bound - 1) / bound;
	last = ((((uint64_t)result + 1) << 32) - 1) / bound;
	check_eq(last - first + 1, (1ull << 32) / bound);
	for (draw = -2; draw <= 2; draw++) {
		answers_as_defined32((uint32_t)(first + (uint64_t)draw), bound);
		answers_as_defined32((uint32_t)(last + (uint64_t)draw), bound);
	}
}

static void edges_of_bound64(uint64_t bound)
{
	const uint64_t biased = -bound % bound;
	int64_t draw;

	for (draw = -2; draw <= 2; draw++) {
		answers_as_defined64(biased + (uint64_t)draw, bound);
		answers_as_defined64((uint64_t)draw, bound);
		answers_as_defined64(bound + (uint64_t)draw, bound);
	}
}

static void refuses_exactly(void)
{
	uint32_t bound;
	int i;

	for (bound = 2; bound < 300; bound++) {
		edges_of_result32(0, bound);
		edges_of_result32(bound - 1, bound);
		edges_of_bound64(bound);
	}
	for (i = 0; i < 2000; i++) {
		bound = (uint32_t)check_random() >> check_random() % 31;
		if (bound < 2)
			continue;
		edges_of_result32((uint32_t)check_random() % bound, bound);
		edges_of_bound64(check_random() | 2);
	}
}

/* Chi-square of NEVEN draws; a fair one passes this limit once in 10^12 runs. */
static void counts_are_even(unsigned int bound, int is_64)
{
	unsigned long count[64] = { 0 };
	double expected = (double)NEVEN / bound, chi_square = 0, off, limit;
	unsigned int i;
	uint64_t answer;

	for (i = 0; i < NEVEN; i++) {
		answer = is_64 ? vgetrandom_uniform64(bound) :
				 vgetrandom_uniform32(bound);
		check(answer < bound);
		count[answer]++;
	}
	for (i = 0; i < bound; i++) {
		off = (double)count[i] - expected;
		chi_square += off * off / expected;
	}
	/* Laurent and Massart, 2000: d + 2 sqrt(d x) + 2 x, e^-x = 10^-12. */
	limit = (bound - 1) + 2 * 27.7;
	for (off = 0; off * off < (bound - 1) * 27.7; off += 0.01)
		;
	limit += 2 * off;
	if (chi_square > limit) {
		printf("bound %u: chi-square %.1f\n", bound, chi_square);
		check_failed(__FILE__, __LINE__, "results are even");
	}
}

int main(void)
{
	unsigned int bound;
	int tier = check_tier();

	take_the_door();	/* no request is stopped and loses bytes there */
	check_eq(vgetrandom_uniform32(0), 0);
	check_eq(vgetrandom_uniform32(1), 0);
	check_eq(vgetrandom_uniform64(0), 0);
	check_eq(vgetrandom_uniform64(1), 0);
	for (bound = 2; bound <= 64; bound += bound < 8 ? 1 : 7) {
		counts_are_even(bound, 0);
		counts_are_even(bound, 1);
	}
	if (tier == 3 || !*vgr_generation_word)
		return 0;	/* else each draw takes what it needs, no more */
	own_state();
	slot = vgr_thread_slot;
	refuses_exactly();
	return 0;
}
