/* SPDX-License-Identifier: MIT */
/*
 * Claim: a core touches no byte outside the output and the key: with a page
 * that nobody may touch right behind, and right before, each of them.
 *
 * To see it fail: in chacha20-sse2.S, leave out the first jb of store_words;
 * or in chacha20-avx2.S, read 64 bytes of key.
 */
#include "chacha20-cores.h"

#define MAX_BLOCKS	66

static uint8_t reference[64 * MAX_BLOCKS];
static uint8_t key[32];

static void check_placed(const struct vgr_chacha20_impl *impl, size_t nblocks,
			 enum check_edge out_edge, enum check_edge key_edge)
{
	uint8_t *out = check_guarded(64 * nblocks, out_edge);
	uint8_t *key_here = check_guarded(32, key_edge);

	memcpy(key_here, key, 32);
	impl->blocks(out, key_here, 7, nblocks);
	check_bytes(out, reference, 64 * nblocks);

	memcpy(out + 64 * nblocks - 32, key, 32);
	impl->blocks(out, out + 64 * nblocks - 32, 7, nblocks);
	check_bytes(out, reference, 64 * nblocks);

	check_guarded_free(key_here, 32, key_edge);
	check_guarded_free(out, 64 * nblocks, out_edge);
}

int main(void)
{
	const struct vgr_chacha20_impl *impl;
	size_t nblocks;

	check_random_bytes(key, sizeof(key));
	for_each_core(impl) {
		for (nblocks = 1; nblocks <= MAX_BLOCKS; nblocks++) {
			vgr_chacha20_blocks_portable(reference, key, 7, nblocks);
			check_placed(impl, nblocks, AT_END, AT_END);
			check_placed(impl, nblocks, AT_END, AT_START);
			check_placed(impl, nblocks, AT_START, AT_END);
			check_placed(impl, nblocks, AT_START, AT_START);
		}
	}
	return 0;
}
