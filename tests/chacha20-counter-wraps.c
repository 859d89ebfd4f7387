/* SPDX-License-Identifier: MIT */
/*
 * Claim: a run that crosses block 2^32 or 2^64 goes on as if it had been made
 * block by block, whichever block of the run it is.
 *
 * To see it fail: drop one {%k1} line of add_counters in chacha20-avx512.S, or
 * make a vpaddq of the counters a vpaddd.
 */
#include "chacha20-cores.h"

#define MAX_BLOCKS	70

static uint8_t out[64 * MAX_BLOCKS];
static uint8_t reference[2 * 64 * MAX_BLOCKS];

/* Blocks edge - MAX_BLOCKS to edge + MAX_BLOCKS - 1, one at a time. */
static void make_reference(libsodium_xor_ic *libsodium, const void *key,
			   uint64_t edge)
{
	uint64_t counter = edge - MAX_BLOCKS;
	uint8_t second_opinion[64];
	size_t i;

	for (i = 0; i < 2 * MAX_BLOCKS; i++, counter++) {
		vgr_chacha20_blocks_portable(reference + 64 * i, key, counter, 1);
		if (!libsodium)
			continue;
		libsodium_blocks(libsodium, second_opinion, key, counter, 1);
		check_bytes(reference + 64 * i, second_opinion, 64);
	}
}

static void check_edge(const struct vgr_chacha20_impl *impl, const void *key,
		       uint64_t edge)
{
	size_t nblocks, before;

	for (nblocks = 1; nblocks <= MAX_BLOCKS; nblocks++) {
		for (before = 0; before <= nblocks; before++) {
			impl->blocks(out, key, edge - before, nblocks);
			check_bytes(out, reference + 64 * (MAX_BLOCKS - before),
				    64 * nblocks);
		}
	}
}

int main(void)
{
	static const uint64_t edges[] = {
		0,			/* 2^64 */
		1ull << 32,
		0xffffffffull << 32,	/* word 13 is about to be all ones */
	};
	const struct vgr_chacha20_impl *impl;
	libsodium_xor_ic *libsodium = find_libsodium();
	uint8_t key[32];
	size_t i;

	check_random_bytes(key, sizeof(key));
	for_each_core(impl) {
		for (i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
			make_reference(libsodium, key, edges[i]);
			check_edge(impl, key, edges[i]);
		}
	}
	return 0;
}
