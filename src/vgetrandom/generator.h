/* SPDX-License-Identifier: MIT */
/*
 * generator.h - stretches one 256-bit key into as many bytes as asked for.
 *
 * The slot is the caller's alone meanwhile (thread.h marks it busy); its page
 * may still vanish at any instruction.
 */
#ifndef VGR_GENERATOR_H
#define VGR_GENERATOR_H

#include <stdbool.h>

#include "base.h"
#include "copy.h"
#include "generation.h"
#include "state.h"

/* One key makes no more of one request than this and a batch. */
#define VGR_DIRECT_MAX	(14 * 1024)

static_assert(VGR_DIRECT_MAX + VGR_BATCH_LEN <= 16 * 1024,
	      "a register dump regenerates at most 16 KiB");

/*
 * Serves len bytes out of the batch, if it has so many and the key is fresh.
 * false: nothing that was written to buf may be kept, ask vgr_generator_fill.
 */
static inline bool vgr_generator_draw(struct vgr_slot *slot, uint8_t *buf,
				      size_t len)
{
	size_t position = slot->position;
	uint64_t word;

	if (unlikely(len > VGR_BATCH_LEN - position))
		return false;
	word = vgr_generation_quick(slot);
	if (unlikely(!word))
		return false;

	vgr_copy_and_zero(buf, slot->state->batch + position, len);
	slot->position = (uint32_t)(position + len);

	/*
	 * The batch was read before the stamp is read again: another thread
	 * can fault a dropped page back in, so without the fence a weakly
	 * ordered processor could see new zeroes and the old stamp.
	 */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return likely(vgr_generation_still(slot, word));
}

/*
 * Serves len bytes of any number, with a new key from the kernel if the slot's
 * is stale.  Returns 0, or -EAGAIN or another -errno: ask the system call, what
 * was written to buf is void.
 */
int vgr_generator_fill(struct vgr_slot *slot, uint8_t *buf, size_t len);

/* Makes a key and a batch if there is no fresh one; returns as above. */
int vgr_generator_warm_up(struct vgr_slot *slot);

/* Zeroes the stamps, then all the rest: nothing is left to serve or to find. */
void vgr_generator_forget(struct vgr_slot *slot);

#endif
