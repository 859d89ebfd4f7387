/* SPDX-License-Identifier: MIT */
/*
 * generation.h - "keys made before now are stale".
 *
 * A source is a 64-bit word that changes when keys must die and is never 0
 * while it can be trusted.  Each live source is compared with its own stamp by
 * ==, apart from the others: a sum could stay equal while its parts move.
 */
#ifndef VGR_GENERATION_H
#define VGR_GENERATION_H

#include <stdbool.h>

#include "base.h"
#include "state.h"

/*
 * The kernel's word while it is all there is to compare, else a constant 0,
 * which equals no stamp and sends every request to vgr_generation_is_current.
 */
extern const volatile uint64_t *vgr_generation_word;

/*
 * Whether the slot's key may be used, at the price of three loads: returns the
 * word its stamp equals, or 0 for "ask vgr_generation_is_current".
 */
static inline uint64_t vgr_generation_quick(const struct vgr_slot *slot)
{
	uint64_t word = *vgr_generation_word;

	if (vgr_peek(slot->flags) ||
	    vgr_peek(slot->state->stamp[VGR_SOURCE_KERNEL]) != word)
		return 0;
	return word;
}

/*
 * The last look at the state, after its bytes were read: whether all is still
 * as vgr_generation_quick found it.  The fence is the caller's (generator.h).
 */
static inline bool vgr_generation_still(const struct vgr_slot *slot,
					uint64_t word)
{
	return vgr_peek(slot->state->stamp[VGR_SOURCE_KERNEL]) == word &&
	       !vgr_peek(slot->flags) && *vgr_generation_word == word;
}

/* The same question with every live source, and the slot's flags. */
bool vgr_generation_is_current(const struct vgr_slot *slot);

/*
 * Before a batch is made from a key in use: whether the key is no older than a
 * suspend; and whether the kernel's word need not be certified again, as before
 * each 8th batch: a wrong word that stands still would never make a key stale.
 */
bool vgr_generation_may_refill(const struct vgr_slot *slot);
bool vgr_generation_is_certain(const struct vgr_slot *slot);

/*
 * Before stamps are read: certifies the kernel's word, if that is a live source.
 * Returns 0, or -EAGAIN when nothing can be trusted now: the request is a
 * system call.
 */
int vgr_generation_certify(void);

/*
 * The value of one source (load-acquire: a key fetched afterwards is at least as
 * fresh), 0 if it is not live.  Returns as above.
 */
int vgr_generation_read(enum vgr_source source, uint64_t *stamp);

/*
 * Makes every key stale, but for the quick path, which looks at its slot's
 * mark instead (pool.h).
 */
void vgr_generation_bump(void);

/*
 * VMClock has told of a clone, and the kernel may not have reseeded since: no
 * key is made.  Two minutes at most.
 */
bool vgr_generation_is_settling(void);

/* Quiesced: no key may be made. */
void vgr_generation_set_quiesced(bool quiesced);
bool vgr_generation_is_quiesced(void);

/*
 * While keys are wiped none is made, though a reseed end the quiesce meanwhile:
 * a wipe by hand would leave zeroes under the stamps of a key that came between
 * the mark and the wipe.  A fork child has nobody else's wipes.
 */
void vgr_generation_begin_wipe(void);
void vgr_generation_end_wipe(void);
void vgr_generation_fork_child(void);

/*
 * Finds the sources: the kernel's word, else the clock, with VMClock where it
 * is.  forced: "kernel"; "vmclock", with the clock; "clock"; NULL for none.
 * Called once, by the host.
 */
void vgr_generation_init(const char *forced);

/* Live sources as bits (1 << VGR_SOURCE_*); 0: nothing may be generated. */
unsigned int vgr_generation_live(void);

/* Why the kernel's word, VMClock, the clock is not live; NULL if it is. */
const char *vgr_generation_why_not(enum vgr_source source);

#endif
