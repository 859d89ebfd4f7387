/* SPDX-License-Identifier: MIT */
/*
 * chacha20.h - the one call the generator makes, and who answers it.
 */
#ifndef VGR_CHACHA20_H
#define VGR_CHACHA20_H

#include <stddef.h>
#include <stdint.h>

struct vgr_chacha20_impl;

/*
 * The core in use; see impl.h for its contract.  Set by vgr_chacha20_choose.
 * The section is NULL if it has none.
 */
extern void (*vgr_chacha20_blocks)(uint8_t *out, const void *key,
				   uint64_t counter, size_t nblocks);
extern void (*vgr_chacha20_blocks_in_section)(uint8_t *out, const void *key,
					      uint64_t counter, size_t nblocks,
					      ptrdiff_t field);
extern const void *vgr_chacha20_section;

/*
 * Takes the first row that this processor can run well and that passes its
 * known-answer test; with a name, that row if the processor can run it at all.
 * scratch: at least VGR_CHACHA20_SCRATCH bytes, overwritten with published
 * keystream.  Returns the row, or NULL when no row passes: then nothing may be
 * generated.  A name that no row has, or whose row cannot run here, is treated
 * as NULL; compare the answer's name to see it.
 */
const struct vgr_chacha20_impl *
vgr_chacha20_choose(const char *name, void *scratch);

/* Whether the row can run here and passes its known-answer test. */
int vgr_chacha20_passes(const struct vgr_chacha20_impl *impl, void *scratch);

#define VGR_CHACHA20_SCRATCH	2048

/* The readable reference, last row of every table. */
void vgr_chacha20_blocks_portable(uint8_t *out, const void *key,
				  uint64_t counter, size_t nblocks);

#endif
