/* SPDX-License-Identifier: MIT */
/*
 * Claim: bytes that were handed out are zero in the batch, and no others are:
 * what a request took cannot be found there, what it did not take is not lost.
 *
 * To see it fail: in arch/x86_64/copy.h, leave out one store of zeroes.
 */
#include <string.h>

#include "check-draw.h"
#include "check-slot.h"
#include "check-tier.h"
#include "check.h"
#include "generation.h"

static uint8_t buf[VGR_BATCH_LEN];

/* A batch without a zero, so that each zero is somebody's doing. */
static void plant_batch(size_t position)
{
	struct vgr_slot *slot = vgr_thread_slot;
	size_t i;

	draw_away(1);
	for (i = 0; i < VGR_BATCH_LEN; i++)
		slot->state->batch[i] = (uint8_t)(i % 255 + 1);
	slot_move_to(slot, position);
}

static void check_batch(size_t position, size_t len)
{
	const uint8_t *batch = vgr_thread_slot->state->batch;
	size_t i;

	for (i = 0; i < VGR_BATCH_LEN; i++)
		check_eq(batch[i], i >= position && i < position + len ? 0 :
					   (uint8_t)(i % 255 + 1));
}

/* 0: vgetrandom; else one of the calls that need no buffer. */
static void request(int kind, size_t len)
{
	uint64_t integer;

	if (kind == 0) {
		draw(buf, len);
		return;
	}
	integer = kind == 1 ? vgetrandom_u32() : vgetrandom_u64();
	memcpy(buf, &integer, len);
}

/* The kernel may want a new key at any time: then it is tried again. */
static void take(int kind, size_t position, size_t len)
{
	uint64_t nkeys;
	size_t i;

	do {
		plant_batch(position);
		nkeys = vgr_thread_slot->nkernel_keys;
		request(kind, len);
	} while (vgr_thread_slot->nkernel_keys != nkeys ||
		 was_stopped((uint32_t)(position + len)));

	check_eq(vgr_position(vgr_thread_slot->cursor), position + len);
	check_batch(position, len);
	for (i = 0; i < len; i++)
		check_eq(buf[i], (uint8_t)((position + i) % 255 + 1));
}

int main(void)
{
	size_t len, position;

	if (check_tier() == 3)
		skip("requests are system calls: there is no batch");
	draw_away(16);

	for (len = 0; len <= VGR_BATCH_LEN; len++) {
		take(0, 0, len);
		take(0, VGR_BATCH_LEN - len, len);
		take(0, (VGR_BATCH_LEN - len) / 2, len);
	}
	for (len = 0; len <= 80; len++)
		for (position = 0; position < 70; position++)
			take(0, position, len);
	/* Off the shortest way an integer of either kind takes eight bytes. */
	for (position = 0; *vgr_generation_word &&
			   position <= VGR_BATCH_LEN - 8; position++) {
		take(1, position, 4);
		take(2, position, 8);
	}
	return 0;
}
