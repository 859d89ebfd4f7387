/* SPDX-License-Identifier: MIT */
/*
 * generator.c - stretches one 256-bit key into as many bytes as asked for.
 *
 * Fast key erasure: one ChaCha20 run yields output, batch and the next key
 * together, so the key behind a byte is gone before the caller sees that byte.
 * Block order is RFC 8439's, the counter starts at 0 with each key, and the
 * next key is the last 32 bytes of the run.
 *
 * Knows nothing of threads, pages or flags.
 */
#include "generator.h"

#include <errno.h>

#include "chacha20.h"
#include "entropy.h"

/* Bytes written straight to the caller come in pieces of every core's width. */
#define DIRECT_STEP	1024

void vgr_generator_forget(struct vgr_slot *slot)
{
	struct vgr_state *state = slot->state;

	/* First the stamps: what is half wiped is not fresh. */
	vgr_wipe(state->line, sizeof(state->line));
	vgr_wipe(state->batch, sizeof(state->batch));
	vgr_wipe(state->key, sizeof(state->key));
	slot->position = VGR_BATCH_LEN;
}

/* A new key from the kernel, and an empty batch. */
static int rekey(struct vgr_slot *slot)
{
	struct vgr_state *state = slot->state;
	int error;

	vgr_generator_forget(slot);

	/*
	 * Cleared before the sources are read: whoever marks the slot from
	 * here on finds it marked at the last check.
	 */
	if (__atomic_fetch_and(&slot->flags, ~VGR_SLOT_STALE,
			       __ATOMIC_SEQ_CST) & VGR_SLOT_ORPHANED)
		return -EAGAIN;

	/*
	 * Stamped before the key is fetched, not after: a child forked between
	 * the two has a wiped page and must not stamp an all-zero key as fresh.
	 * Pairs with the last check in produce and vgr_generator_end.
	 */
	error = vgr_generation_read(state->stamp);
	vgr_signal_fence();
	if (!error)
		error = vgr_entropy_key(state->key);
	if (error)
		vgr_generator_forget(slot);
	else
		slot->nkernel_keys++;
	return error;
}

/* How much of a request is not worth the way through the batch. */
static size_t direct_len(size_t len)
{
	return vgr_min(len - len % DIRECT_STEP, VGR_DIRECT_MAX);
}

/* Replaces key and batch, having written direct bytes of the same run to buf. */
static void refill(struct vgr_slot *slot, uint8_t *buf, size_t direct)
{
	struct vgr_state *state = slot->state;
	size_t nblocks = direct / 64;

	if (nblocks)
		vgr_chacha20_blocks(buf, state->key, 0, nblocks);
	vgr_chacha20_blocks(state->batch, state->key, nblocks,
			    VGR_REFILL_NBLOCKS);
	slot->position = 0;
	slot->nrefills++;
}

static size_t take_from_batch(struct vgr_slot *slot, uint8_t *buf, size_t len)
{
	size_t taken = vgr_min(len, VGR_BATCH_LEN - slot->position);

	vgr_copy_and_zero(buf, slot->state->batch + slot->position, taken);
	slot->position += (uint32_t)taken;
	return taken;
}

/* The request with the key there is; false if the key did not last. */
static bool produce(struct vgr_slot *slot, uint8_t *buf, size_t len)
{
	size_t done, direct;

	done = take_from_batch(slot, buf, len);
	while (done < len) {
		/* At each key, so that a long request learns of it early. */
		if (!vgr_generation_is_current(slot) ||
		    !vgr_generation_may_refill(slot)) {
			vgr_generator_forget(slot);
			return false;
		}
		direct = direct_len(len - done);
		refill(slot, buf + done, direct);
		done += direct;
		done += take_from_batch(slot, buf + done, len - done);
	}

	/* The last look of all; see vgr_generator_draw for the fence. */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return vgr_generation_is_current(slot);
}

int vgr_generator_fill(struct vgr_slot *slot, uint8_t *buf, size_t len)
{
	int attempt, error;

	for (attempt = 0; attempt < 2; attempt++) {
		if (!vgr_generation_is_current(slot)) {
			error = rekey(slot);
			if (error)
				return error;
		}
		/* From the first byte on: a fork may be why we are here again. */
		if (produce(slot, buf, len))
			return 0;
		slot->nrestarts++;
	}
	/* What came of it is nobody's, and a quiesce may have been why. */
	vgr_generator_forget(slot);
	return -EAGAIN;
}

int vgr_generator_warm_up(struct vgr_slot *slot)
{
	int error = vgr_generator_fill(slot, NULL, 0);

	if (error || slot->position < VGR_BATCH_LEN)
		return error;
	refill(slot, NULL, 0);
	if (!vgr_generation_is_current(slot))
		vgr_generator_forget(slot);
	return 0;
}
