/* SPDX-License-Identifier: MIT */
/*
 * drive.c - runs one aarch64 ChaCha20 core once, to be traced: ours, OpenSSL's
 * or the one in the kernel's vDSO.
 *
 *   drive CORE NBLOCKS
 *
 * Prints a digest of the keystream, which is the same for all of them.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "impl.h"

#define MAX_BLOCKS	1024

/* OpenSSL's: xors, and asks this variable whether there is NEON. */
void ChaCha20_ctr32(unsigned char *out, const unsigned char *in, size_t len,
		    const unsigned int key[8], const unsigned int counter[4]);
unsigned int OPENSSL_armcap_P = 1;

/* The vDSO's image, as data (vdso.S). */
extern const uint8_t vdso_begin[], vdso_end[];
typedef void vdso_blocks_fn(uint8_t *out, const void *key, uint32_t *counter,
			    size_t nblocks);

static uint8_t out[64 * MAX_BLOCKS] __attribute__((aligned(64)));
static const uint8_t zeros[sizeof(out)] __attribute__((aligned(64)));
static uint32_t key[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
static uint32_t counter[4];

static void run_openssl(size_t nblocks)
{
	ChaCha20_ctr32(out, zeros, 64 * nblocks, key, counter);
}

/* Its core has no symbol: bti c, and "expa" is put together in x8. */
static void run_vdso(size_t nblocks)
{
	static const uint32_t first[] = { 0xd503245f, 0xd2e66408 };
	const void *found = memmem(vdso_begin, (size_t)(vdso_end - vdso_begin),
				   first, sizeof(first));
	vdso_blocks_fn *blocks;

	if (!found) {
		fprintf(stderr, "drive: no ChaCha20 in this vDSO\n");
		exit(1);
	}
	memcpy(&blocks, &found, sizeof(blocks));
	blocks(out, key, counter, nblocks);
}

static int run_ours(const char *name, size_t nblocks)
{
	const struct vgr_chacha20_impl *impl;

	for (impl = vgr_chacha20_impls; impl->name; impl++) {
		if (!strcmp(impl->name, name)) {
			impl->blocks(out, key, 0, nblocks);
			return 1;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	size_t nblocks = argc == 3 ? strtoul(argv[2], NULL, 10) : 0, i;
	uint32_t digest = 0;

	if (!nblocks || nblocks > MAX_BLOCKS) {
		fprintf(stderr, "usage: drive CORE NBLOCKS\n");
		return 2;
	}
	if (!strcmp(argv[1], "openssl")) {
		run_openssl(nblocks);
	} else if (!strcmp(argv[1], "vdso")) {
		run_vdso(nblocks);
	} else if (!run_ours(argv[1], nblocks)) {
		fprintf(stderr, "drive: no core %s\n", argv[1]);
		return 2;
	}

	for (i = 0; i < 64 * nblocks; i++)
		digest = digest * 31 + out[i];
	printf("%08x\n", digest);
	return 0;
}
