/* SPDX-License-Identifier: MIT */
/*
 * Claim: with a known key in the slot every byte given out is libsodium's
 * ChaCha20 keystream at the documented place, for each core, any length, across
 * batches and keys; and the batch and key left behind are, too.
 *
 * To see it fail: in refill of generator.c, number the batch's blocks from 0
 * after blocks were written to the caller.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "chacha20.h"
#include "check-draw.h"
#include "check-slot.h"
#include "check-tier.h"
#include "check.h"
#include "generator.h"
#include "impl.h"

#define MAX_LEN		60000

/*
 * What generator.c and state.h say in words.  A key makes one run of blocks,
 * numbered from 0: first, if much is asked for, whole multiples of 1024 bytes
 * for the caller, at most 14 KiB; then 928 bytes of batch and 32 of next key.
 */
static struct model {
	uint8_t key[32];
	uint8_t batch[928];
	size_t used;
} model;

static uint8_t seen[MAX_LEN], wanted[MAX_LEN];

static void model_run(uint8_t *direct, size_t direct_len)
{
	static const uint8_t zero_nonce[crypto_stream_chacha20_NONCEBYTES];
	static uint8_t run[14 * 1024 + 960];

	crypto_stream_chacha20(run, direct_len + 960, zero_nonce, model.key);
	memcpy(direct, run, direct_len);
	memcpy(model.batch, run + direct_len, 928);
	memcpy(model.key, run + direct_len + 928, 32);
	model.used = 0;
}

static size_t model_take(uint8_t *to, size_t len)
{
	size_t n = 928 - model.used < len ? 928 - model.used : len;

	memcpy(to, model.batch + model.used, n);
	model.used += n;
	return n;
}

static void model_draw(uint8_t *to, size_t len)
{
	size_t done = model_take(to, len), direct;

	while (done < len) {
		direct = (len - done) / 1024 * 1024;
		if (direct > 14 * 1024)
			direct = 14 * 1024;
		model_run(to + done, direct);
		done += direct;
		done += model_take(to + done, len - done);
	}
}

/* A key of ours and no batch, under the stamps that are there. */
static void plant_key(void)
{
	struct vgr_state *state = vgr_thread_slot->state;

	check_random_bytes(model.key, sizeof(model.key));
	model.used = 928;
	memcpy(state->key, model.key, sizeof(model.key));
	slot_move_to(vgr_thread_slot, VGR_BATCH_LEN);
}

static void check_state(void)
{
	const struct vgr_state *state = vgr_thread_slot->state;

	check_eq(vgr_position(vgr_thread_slot->cursor), model.used);
	check_bytes(state->key, model.key, 32);
	check_bytes(state->batch + model.used, model.batch + model.used,
		    928 - model.used);
}

/*
 * Requests of these lengths, one after the other, from a new key.  The kernel
 * may want new keys at any time: then ours is gone, and it is tried again.
 */
static void draw_in_turn(const size_t *lens, size_t n)
{
	uint64_t nkeys;
	size_t i;

again:
	draw_away(1);
	nkeys = vgr_thread_slot->nkernel_keys;
	plant_key();
	for (i = 0; i < n; i++) {
		memset(seen, 0, lens[i]);
		draw(seen, lens[i]);
		if (vgr_thread_slot->nkernel_keys != nkeys)
			goto again;
		model_draw(wanted, lens[i]);
		if (was_stopped((uint32_t)model.used))
			goto again;
		check_bytes(seen, wanted, lens[i]);
		check_state();
	}
}

static void check_core(void)
{
	static const size_t around[] = {
		928, 960, 1024, 1856, 1952, 2048, 3000, 14336, 15264, 15296,
		15360, 16384, 28672, 30528, 32768, 45792,
	};
	size_t lens[8], i, j;

	for (i = 1; i <= 2000; i++)
		draw_in_turn(&i, 1);
	for (i = 0; i < sizeof(around) / sizeof(around[0]); i++)
		for (j = around[i] - 3; j <= around[i] + 3; j++)
			draw_in_turn(&j, 1);
	for (i = 0; i < 500; i++) {
		for (j = 0; j < 8; j++)
			lens[j] = check_random() % (j % 4 ? 300 : 20000);
		draw_in_turn(lens, 8);
	}
}

int main(void)
{
	static uint8_t scratch[VGR_CHACHA20_SCRATCH];
	const struct vgr_chacha20_impl *impl;

	if (sodium_init() < 0)
		hard_error("libsodium does not start");
	if (check_tier() == 3)
		skip("requests are system calls: there is no key");
	draw_away(16);

	for (impl = vgr_chacha20_impls; impl->name; impl++) {
		if (vgr_chacha20_choose(impl->name, scratch) != impl) {
			printf("%s: not on this processor\n", impl->name);
			continue;
		}
		if (is_restartable() && !impl->section) {
			printf("%s: not with VGETRANDOM_RSEQ\n", impl->name);
			continue;
		}
		printf("%s\n", impl->name);
		check_core();
	}
	return 0;
}
