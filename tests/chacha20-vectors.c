/* SPDX-License-Identifier: MIT */
/*
 * Claim: every core makes the published keystream.
 *
 * To see it fail: change a rotation in any core, say 7 to 9 in portable.c.
 */
#include "chacha20-cores.h"
#include "vectors.h"

int main(void)
{
	const struct vgr_chacha20_impl *impl;
	uint8_t out[128];
	size_t i;

	for_each_core(impl) {
		for (i = 0; i < NVECTORS; i++) {
			printf("  %s\n", vectors[i].source);
			impl->blocks(out, vectors[i].key, vectors[i].counter,
				     vectors[i].nblocks);
			check_bytes(out, vectors[i].keystream,
				    64 * vectors[i].nblocks);
		}
	}
	return 0;
}
