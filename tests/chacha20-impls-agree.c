/* SPDX-License-Identifier: MIT */
/*
 * Claim: every core makes the portable core's and libsodium's bytes at every
 * length from 1 to 130 blocks, wherever key and output lie, the output's last
 * 32 bytes included.
 *
 * To see it fail: in chacha20-avx512.S, store A1's blocks before A3's; or read
 * the key again after the last store.
 */
#include "chacha20-cores.h"

#define MAX_BLOCKS	130
#define ROUNDS		20

static uint8_t reference[64 * MAX_BLOCKS];
static uint8_t second_opinion[64 * MAX_BLOCKS];
static uint8_t room[64 * MAX_BLOCKS + 128];

/* Around the output, to notice a byte too many. */
#define MARGIN		64
#define JUNK		0xa5

static void check_run(const struct vgr_chacha20_impl *impl, const void *key,
		      uint64_t counter, size_t nblocks)
{
	uint8_t *out = room + check_random() % MARGIN;
	uint8_t *end = out + 64 * nblocks;
	uint8_t key_copy[32 + 15];
	uint8_t *key_here = key_copy + check_random() % 16;
	const uint8_t *at;

	memset(room, JUNK, sizeof(room));
	memcpy(key_here, key, 32);
	impl->blocks(out, key_here, counter, nblocks);
	check_bytes(out, reference, 64 * nblocks);
	check_bytes(key_here, key, 32);
	for (at = room; at < out; at++)
		check(*at == JUNK);
	for (at = end; at < room + sizeof(room); at++)
		check(*at == JUNK);

	memcpy(end - 32, key, 32);
	impl->blocks(out, end - 32, counter, nblocks);
	check_bytes(out, reference, 64 * nblocks);
}

static void check_core(const struct vgr_chacha20_impl *impl,
		       libsodium_xor_ic *libsodium)
{
	uint8_t key[32];
	uint64_t counter;
	size_t nblocks;
	int round;

	for (round = 0; round < ROUNDS; round++) {
		for (nblocks = 1; nblocks <= MAX_BLOCKS; nblocks++) {
			check_random_bytes(key, sizeof(key));
			counter = check_random();
			vgr_chacha20_blocks_portable(reference, key, counter,
						     nblocks);
			if (libsodium) {
				libsodium_blocks(libsodium, second_opinion,
						 key, counter, nblocks);
				check_bytes(reference, second_opinion,
					    64 * nblocks);
			}
			check_run(impl, key, counter, nblocks);
		}
	}
}

int main(void)
{
	const struct vgr_chacha20_impl *impl;
	libsodium_xor_ic *libsodium = find_libsodium();

	for_each_core(impl)
		check_core(impl, libsodium);
	return 0;
}
