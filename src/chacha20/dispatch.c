/* SPDX-License-Identifier: MIT */
/*
 * dispatch.c - which core makes the keystream: the first row of the table that
 * suits this processor and gives the known answers.
 *
 * Knows nothing of environment variables; who calls it does.
 */
#include "chacha20.h"

#include <assert.h>

#include "base.h"
#include "impl.h"

/* Portable until somebody chose, so that a call too early is slow, not wrong. */
void (*vgr_chacha20_blocks)(uint8_t *out, const void *key, uint64_t counter,
			    size_t nblocks) = vgr_chacha20_blocks_portable;
void (*vgr_chacha20_blocks_in_section)(uint8_t *out, const void *key,
				       uint64_t counter, size_t nblocks,
				       ptrdiff_t field);
const void *vgr_chacha20_section;

/* RFC 8439, A.1, test vector #4: this key, zero nonce, block 2. */
static const uint8_t published_key[32] = { 0x00, 0xff };
static const uint8_t published_block[64] = {
	0x72, 0xd5, 0x4d, 0xfb, 0xf1, 0x2e, 0xc4, 0x4b,
	0x36, 0x26, 0x92, 0xdf, 0x94, 0x13, 0x7f, 0x32,
	0x8f, 0xea, 0x8d, 0xa7, 0x39, 0x90, 0x26, 0x5e,
	0xc1, 0xbb, 0xbe, 0xa1, 0xae, 0x9a, 0xf0, 0xca,
	0x13, 0xb2, 0x5a, 0xa2, 0x6c, 0xb4, 0xa6, 0x48,
	0xcb, 0x9b, 0x9d, 0x1b, 0xe6, 0x5b, 0x2c, 0x09,
	0x24, 0xa6, 0x6c, 0x54, 0xd5, 0x45, 0xec, 0x1b,
	0x73, 0x74, 0xf4, 0x87, 0x2e, 0x99, 0xf0, 0x96,
};

/*
 * One run per width that a core may have: the digest of nblocks blocks under
 * the key 00 01 .. 1f, numbered so that word 12 carries into word 13 halfway.
 * The numbers are libsodium's, and so the portable core's, which RFC 8439 pins.
 */
static const struct known_run {
	size_t nblocks;
	uint64_t digest;
} known_runs[] = {
	{  1, 0xdd303adf4d491bcc },
	{  2, 0xd82472f5446a0e2a },
	{  3, 0xffdcd39f9232837e },
	{  4, 0x07119c562d093e3b },
	{  6, 0xc32201cc83fd6e4a },
	{  8, 0xb8fbf571a3232cb9 },
	{ 15, 0x38ff28958d7c7809 },
	{ 16, 0x47ed3ee60a8fcdd3 },
	{ 32, 0x38a5f8b7047670b4 },
};

static_assert(VGR_CHACHA20_SCRATCH >= 64 * 32, "holds the longest known run");

/* Each step is a bijection: one wrong word cannot leave the digest right. */
static uint64_t digest(const uint8_t *bytes, size_t len)
{
	uint64_t word, sum = 0;
	size_t i;

	for (i = 0; i < len; i += sizeof(word)) {
		__builtin_memcpy(&word, bytes + i, sizeof(word));
		if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
			word = __builtin_bswap64(word);
		sum = (sum ^ word) * 0x9e3779b97f4a7c15;
		sum ^= sum >> 32;
	}
	return sum;
}

static int makes_published_block(const struct vgr_chacha20_impl *impl,
				 uint8_t *scratch)
{
	impl->blocks(scratch, published_key, 2, 1);
	return !__builtin_memcmp(scratch, published_block, 64);
}

/* The key lies where the generator keeps it: in the run's last 32 bytes. */
static int makes_known_run(const struct vgr_chacha20_impl *impl,
			   const struct known_run *run, uint8_t *scratch)
{
	uint8_t *key = scratch + 64 * run->nblocks - 32;
	uint8_t i;

	for (i = 0; i < 32; i++)
		key[i] = i;

	impl->blocks(scratch, key, (5ull << 32) - run->nblocks / 2,
		     run->nblocks);
	return digest(scratch, 64 * run->nblocks) == run->digest;
}

static int passes(const struct vgr_chacha20_impl *impl, uint32_t features,
		  void *scratch)
{
	size_t i;

	if (impl->needs & ~features)
		return 0;
	if (!makes_published_block(impl, scratch))
		return 0;

	for (i = 0; i < sizeof(known_runs) / sizeof(known_runs[0]); i++)
		if (!makes_known_run(impl, &known_runs[i], scratch))
			return 0;
	return 1;
}

int vgr_chacha20_passes(const struct vgr_chacha20_impl *impl, void *scratch)
{
	return passes(impl, vgr_cpu_features(), scratch);
}

static int same_name(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static const struct vgr_chacha20_impl *
pick(const char *name, void *scratch)
{
	const struct vgr_chacha20_impl *impl;
	uint32_t features = vgr_cpu_features();

	for (impl = vgr_chacha20_impls; name && impl->name; impl++)
		if (same_name(impl->name, name) &&
		    passes(impl, features, scratch))
			return impl;

	for (impl = vgr_chacha20_impls; impl->name; impl++)
		if (!(impl->wants & ~features) &&
		    passes(impl, features, scratch))
			return impl;
	return NULL;
}

const struct vgr_chacha20_impl *
vgr_chacha20_choose(const char *name, void *scratch)
{
	const struct vgr_chacha20_impl *impl = pick(name, scratch);

	/*
	 * Every core that passed gives the same bytes, so whoever calls through
	 * the old pointer meanwhile needs no order with this store.
	 */
	if (impl) {
		vgr_chacha20_blocks_in_section = impl->blocks_in_section;
		vgr_chacha20_section = impl->section;
		__atomic_store_n(&vgr_chacha20_blocks, impl->blocks,
				 __ATOMIC_RELAXED);
	}
	return impl;
}
