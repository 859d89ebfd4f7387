/* SPDX-License-Identifier: MIT */
/*
 * impl.h - what a ChaCha20 core is, and what a processor must have to run it.
 *
 * The one pair of types that arch/ shares with the rest of the library.
 */
#ifndef VGR_IMPL_H
#define VGR_IMPL_H

#include <stddef.h>
#include <stdint.h>

/*
 * Writes 64 * nblocks bytes of ChaCha20 keystream (RFC 8439, 2.3) to out.
 *
 *   key      32 bytes, eight little-endian words, any alignment
 *   counter  number of the first block; state words 12 (low) and 13 (high)
 *   nonce    always zero; state words 14 and 15
 *   nblocks  at least 1
 *
 * The key may be the last 32 bytes of out, and nowhere else in it: a core reads
 * the key for the last time before it writes the last block.
 *
 * A core uses no stack and calls nobody; no branch and no address depends on
 * the key or on the keystream; every register that held a secret is zero when
 * it returns.  What it parks in out meanwhile is finished keystream.
 * (The portable core is C and may spill: it is the reference and last resort.)
 */
typedef void vgr_chacha20_blocks_fn(uint8_t *out, const void *key,
				    uint64_t counter, size_t nblocks);

/*
 * The same, if the thread is in the core's restartable sequence (restart.h): the
 * address of that section lies field bytes from the thread pointer.  If not,
 * nothing is done; if it is aborted, what was written is void.
 */
typedef void vgr_chacha20_in_section_fn(uint8_t *out, const void *key,
					uint64_t counter, size_t nblocks,
					ptrdiff_t field);

struct vgr_chacha20_impl {
	const char *name;		/* as in VGETRANDOM_CORE=name */
	uint32_t needs;			/* VGR_CPU_* bits it cannot run without */
	uint32_t wants;			/* ... and those that make it worth while */
	vgr_chacha20_blocks_fn *blocks;
	/* Or NULL, both; the second is a struct rseq_cs. */
	vgr_chacha20_in_section_fn *blocks_in_section;
	const void *section;
};

/* Best first; ends with a row whose name is NULL.  One table per arch/. */
extern const struct vgr_chacha20_impl vgr_chacha20_impls[];

/*
 * The VGR_CPU_* bits of this processor.  Which bit means what is arch/'s own
 * affair: nobody else looks at them one by one.
 */
uint32_t vgr_cpu_features(void);

#endif
