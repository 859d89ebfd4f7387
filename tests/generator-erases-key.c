/* SPDX-License-Identifier: MIT */
/*
 * Claim: when a request returns, the key that made its bytes is nowhere in the
 * state, nor is any key that could make them again.
 *
 * To see it fail: in refill of generator.c, keep a copy of the key and put it
 * back after the batch is made.
 */
#include <string.h>

#include "check-draw.h"
#include "check-slot.h"
#include "check-tier.h"
#include "check.h"
#include "chacha20.h"
#include "generator.h"

#define NKEYS		64
#define MAX_LEN		60000

static uint8_t buf[MAX_LEN], keys[NKEYS][VGR_KEY_LEN];
static size_t nkeys;

/* No piece of 8 bytes of any key there ever was. */
static void check_keys_are_gone(void)
{
	const struct vgr_slot *slot = vgr_thread_slot;
	size_t i, at;

	for (i = 0; i < nkeys; i++)
		for (at = 0; at + 8 <= VGR_KEY_LEN; at++) {
			check(!check_contains(slot->state, VGR_STATE_LEN,
					      keys[i] + at, 8));
			check(!check_contains(slot, sizeof(*slot),
					      keys[i] + at, 8));
			check(!check_contains(buf, sizeof(buf),
					      keys[i] + at, 8));
		}
}

/* All keys that a request goes through, made again from the first. */
static void note_key(const uint8_t *key)
{
	if (nkeys == NKEYS)
		hard_error("too many keys");
	memcpy(keys[nkeys++], key, VGR_KEY_LEN);
}

static void note_keys_on_the_way(const uint8_t *key, size_t len)
{
	uint8_t run[VGR_DIRECT_MAX + VGR_BATCH_LEN + VGR_KEY_LEN];
	size_t direct;

	note_key(key);
	while (len > VGR_BATCH_LEN) {
		direct = vgr_min(len - len % 1024, VGR_DIRECT_MAX);
		vgr_chacha20_blocks(run, keys[nkeys - 1], 0,
				    direct / 64 + VGR_REFILL_NBLOCKS);
		len -= vgr_min(len, direct + VGR_BATCH_LEN);
		if (len)
			note_key(run + direct + VGR_BATCH_LEN);
	}
}

/* From an empty batch, so that the key in the state makes the first byte. */
static void draw_and_look(size_t len)
{
	nkeys = 0;
	draw_away(16);
	slot_move_to(vgr_thread_slot, VGR_BATCH_LEN);
	note_keys_on_the_way(vgr_thread_slot->state->key, len);

	memset(buf, 0, sizeof(buf));
	draw(buf, len);
	check_keys_are_gone();
}

int main(void)
{
	static const size_t lens[] = {
		1, 16, 32, 100, 927, 928, 929, 1023, 1024, 1025, 2000, 4096,
		14335, 14336, 14337, 15264, 15265, 16384, 30000, 60000,
	};
	size_t i;

	if (check_tier() == 3)
		skip("requests are system calls: there is no key");
	draw_away(16);

	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		draw_and_look(lens[i]);
		vgetrandom_u32();
		check_keys_are_gone();
		vgetrandom_reseed();
		draw_and_look(lens[i]);
	}

	/* A key from the kernel is gone as soon as it has made one byte. */
	draw_away(16);
	nkeys = 0;
	slot_move_to(vgr_thread_slot, VGR_BATCH_LEN);
	note_key(vgr_thread_slot->state->key);
	vgetrandom_u64();
	check_keys_are_gone();
	return 0;
}
