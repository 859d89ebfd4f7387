/* SPDX-License-Identifier: MIT */
/*
 * Claim: vgetrandom_u32() and _u64() are the next bytes of the batch and leave
 * zeros there; every bit is set as often as not.
 *
 * To see it fail: in vgr_take_u64 of take.h, leave out the zeroing.
 */
#include <stdio.h>
#include <string.h>

#include "check-mapping.h"
#include "check-slot.h"
#include "check-tier.h"
#include "check.h"
#include "generation.h"
#include "vgetrandom.h"

#define NDRAWS	100000

/* A fair coin that falls NDRAWS times strays so far once in 10^15 runs. */
#define MAX_STRAY	(8 * 158 + 1)	/* 8 standard deviations of 158 */

static void count_bits(unsigned long nset[64], uint64_t value)
{
	int bit;

	for (bit = 0; bit < 64; bit++)
		nset[bit] += value >> bit & 1;
}

static void look_at_counts(const unsigned long nset[64], int nbits)
{
	int bit;

	for (bit = 0; bit < nbits; bit++)
		if (nset[bit] < NDRAWS / 2 - MAX_STRAY ||
		    nset[bit] > NDRAWS / 2 + MAX_STRAY) {
			printf("bit %d: set %lu times of %d\n", bit, nset[bit],
			       NDRAWS);
			check_failed(__FILE__, __LINE__, "bits are even");
		}
}

static void every_bit_is_even(void)
{
	static unsigned long of_u32[64], of_u64[64];
	int i;

	for (i = 0; i < NDRAWS; i++) {
		count_bits(of_u32, vgetrandom_u32());
		count_bits(of_u64, vgetrandom_u64());
	}
	look_at_counts(of_u32, 32);
	look_at_counts(of_u64, 64);
}

/* The next bytes of the batch; undone by a reseed of the kernel: then 0. */
static int comes_from_batch(size_t len)
{
	struct vgr_state *state = own_state();
	struct vgr_slot *slot = vgr_thread_slot;
	uint64_t nkeys = slot->nkernel_keys;
	uint8_t wanted[8], seen[8];
	uint32_t small;
	uint64_t large;
	uint8_t *next;

	if (vgr_position(slot->cursor) + len > VGR_BATCH_LEN)
		return 0;
	next = state->batch + vgr_position(slot->cursor);
	memcpy(wanted, next, len);
	if (len == 4) {
		small = vgetrandom_u32();
		memcpy(seen, &small, 4);
	} else {
		large = vgetrandom_u64();
		memcpy(seen, &large, 8);
	}
	if (slot->nkernel_keys != nkeys)
		return 0;
	check_bytes(seen, wanted, len);
	check(is_zero(next, len));
	return 1;
}

int main(void)
{
	int nlooks = 0, i;

	take_the_door();	/* no request is stopped and loses bytes there */
	every_bit_is_even();
	if (check_tier() == 3 || !*vgr_generation_word)
		return 0;	/* the quick way is for the kernel's word alone */
	for (i = 0; i < 1000; i++)
		nlooks += comes_from_batch(i % 2 ? 4 : 8);
	check(nlooks > 500);
	return 0;
}
