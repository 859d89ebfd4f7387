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
#include "take.h"

/* One key makes no more of one request than this and a batch. */
#define VGR_DIRECT_MAX	(14 * 1024)

static_assert(VGR_DIRECT_MAX + VGR_BATCH_LEN <= 16 * 1024,
	      "a register dump regenerates at most 16 KiB");

/*
 * The usual request: the batch has so many bytes and the key is fresh.  In
 * three pieces, so that an integer can be had without a buffer:
 *
 *	begin	where the bytes are, or NULL; the position is past them
 *	(copy out and zero)
 *	end	whether they may be kept
 */
static inline uint8_t *vgr_generator_begin(struct vgr_slot *slot, size_t len,
					   uint64_t *word)
{
	uint64_t cursor = slot->cursor;
	size_t position = vgr_position(cursor);

	if (unlikely(len > VGR_BATCH_LEN - position))
		return NULL;
	*word = vgr_generation_quick(slot);
	if (unlikely(!*word))
		return NULL;
	slot->cursor = cursor + len;
	return slot->state->batch + position;
}

static inline bool vgr_generator_end(const struct vgr_slot *slot, uint64_t word)
{
	/*
	 * The batch was read before the stamp is read again: another thread
	 * can fault a dropped page back in, so without the fence a weakly
	 * ordered processor could see new zeroes and the old stamp.
	 */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return likely(vgr_generation_still(slot, word));
}

/*
 * Serves len bytes out of the batch.  false: nothing that was written to buf
 * may be kept, ask vgr_generator_fill.
 */
static inline __attribute__((always_inline))
bool vgr_generator_draw(struct vgr_slot *slot, uint8_t *buf, size_t len)
{
	uint64_t word;
	uint8_t *from = vgr_generator_begin(slot, len, &word);

	if (unlikely(!from))
		return false;
	vgr_copy_and_zero(buf, from, len);
	return vgr_generator_end(slot, word);
}

static inline bool vgr_generator_draw_u64(struct vgr_slot *slot,
					  uint64_t *value)
{
	uint64_t word;
	uint8_t *from = vgr_generator_begin(slot, sizeof(*value), &word);

	if (unlikely(!from))
		return false;
	*value = vgr_take_u64(from);
	return vgr_generator_end(slot, word);
}

static inline bool vgr_generator_draw_u32(struct vgr_slot *slot,
					  uint32_t *value)
{
	uint64_t word;
	uint8_t *from = vgr_generator_begin(slot, sizeof(*value), &word);

	if (unlikely(!from))
		return false;
	*value = vgr_take_u32(from);
	return vgr_generator_end(slot, word);
}

/*
 * Serves len bytes, any number, with a new key from the kernel if the slot's is
 * stale; none at all see to it that there is one.  Returns 0, or -EAGAIN or
 * another -errno: ask the system call, what was written to buf is void.
 */
int vgr_generator_fill(struct vgr_slot *slot, enum vgr_road road, uint8_t *buf,
		       size_t len);

/* Wipes the state of a busy slot: nothing is left to serve or to find. */
void vgr_generator_forget(struct vgr_slot *slot);

#endif
