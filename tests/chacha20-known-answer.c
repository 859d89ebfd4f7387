/* SPDX-License-Identifier: MIT */
/*
 * Claim: a core with a fault, at whatever width, is refused and the next row
 * taken; so is a row that lacks what it needs; and a name picks a row that can
 * run although it is not the best.
 *
 * To see it fail: have vgr_chacha20_passes return 1 before its loop.
 *
 * The table and the processor of this program are its own.
 */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "chacha20.h"
#include "impl.h"

enum { HAVE_THIS = 1, LACK_THIS = 2 };

static uint8_t scratch[VGR_CHACHA20_SCRATCH];

static struct fault {
	size_t nblocks;			/* in runs this long */
	size_t byte;			/* this byte */
	uint8_t flip;			/* has these bits wrong */
	int forgets_carry;		/* or word 13 never changes in a run */
} fault;

static void blocks_faulty(uint8_t *out, const void *key, uint64_t counter,
			  size_t nblocks)
{
	uint8_t key_copy[32];
	size_t i;

	memcpy(key_copy, key, 32);
	for (i = 0; i < nblocks; i++) {
		uint64_t n = counter + i;

		if (fault.forgets_carry)
			n = (counter >> 32 << 32) | (uint32_t)n;
		vgr_chacha20_blocks_portable(out + 64 * i, key_copy, n, 1);
	}
	if (nblocks == fault.nblocks)
		out[fault.byte] ^= fault.flip;
}

static void blocks_never(uint8_t *out, const void *key, uint64_t counter,
			 size_t nblocks)
{
	(void)out, (void)key, (void)counter, (void)nblocks;
	check_failed(__FILE__, __LINE__, "this core is never run");
}

const struct vgr_chacha20_impl vgr_chacha20_impls[] = {
	{ "lacking",  LACK_THIS, 0, blocks_never, NULL, NULL },
	{ "unwanted", HAVE_THIS, LACK_THIS, blocks_faulty, NULL, NULL },
	{ "faulty",   HAVE_THIS, HAVE_THIS, blocks_faulty, NULL, NULL },
	{ "portable", 0, 0, vgr_chacha20_blocks_portable, NULL, NULL },
	{ 0 },
};

uint32_t vgr_cpu_features(void)
{
	return HAVE_THIS;
}

static const char *chosen(const char *name)
{
	const struct vgr_chacha20_impl *impl = vgr_chacha20_choose(name, scratch);

	check(impl);
	check(vgr_chacha20_blocks == impl->blocks);
	return impl->name;
}

static void check_refused(struct fault planted)
{
	fault = planted;
	check(!strcmp(chosen(NULL), "portable"));
	check(!strcmp(chosen("faulty"), "portable"));
	check(!strcmp(chosen("unwanted"), "portable"));
	memset(&fault, 0, sizeof(fault));
}

int main(void)
{
	static const size_t widths[] = { 1, 2, 3, 4, 6, 8, 15, 16, 32 };
	size_t i, nblocks;

	check(vgr_chacha20_blocks == vgr_chacha20_blocks_portable);

	/* No fault: the best that is wanted, or the one that is named. */
	check(!strcmp(chosen(NULL), "faulty"));
	check(!strcmp(chosen("unwanted"), "unwanted"));
	check(!strcmp(chosen("portable"), "portable"));
	check(!strcmp(chosen("lacking"), "faulty"));
	check(!strcmp(chosen("no such core"), "faulty"));
	check(!strcmp(chosen(""), "faulty"));
	check(!vgr_chacha20_passes(&vgr_chacha20_impls[0], scratch));
	check(vgr_chacha20_passes(&vgr_chacha20_impls[3], scratch));

	for (i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		nblocks = widths[i];
		check_refused((struct fault){ nblocks, 0, 1, 0 });
		check_refused((struct fault){ nblocks, 64 * nblocks - 1, 0x80, 0 });
		check_refused((struct fault){ nblocks, check_random() %
					      (64 * nblocks), 0x10, 0 });
	}
	check_refused((struct fault){ .forgets_carry = 1 });
	return 0;
}
