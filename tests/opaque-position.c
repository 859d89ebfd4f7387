/* SPDX-License-Identifier: MIT */
/*
 * Claim: the position in a state is never trusted: whatever is put there, no
 * request returns key bytes or reads or writes outside its state.
 *
 * To see it fail: in fill() of opaque.c, take the position as it is.
 */
#include <stddef.h>
#include <string.h>

#include "check-opaque.h"
#include "check-tier.h"
#include "check.h"

#define FILL	0xc3

/* The last of its page, so that reading on would be a fault. */
static struct vgr_state *state;
static uint8_t *neighbours;
static size_t neighbours_len;

static const uint32_t positions[] = {
	VGR_BATCH_LEN - 1, VGR_BATCH_LEN, VGR_BATCH_LEN + 1,
	VGR_BATCH_LEN + VGR_KEY_LEN, 1024, 4096, 0x7fffffff, 0x8000ffff,
	0xfffffc60, 0xffffffff,
};

static void try_position(uint32_t position, size_t len)
{
	uint8_t buf[1200], key[VGR_KEY_LEN];
	size_t i;

	opaque_draw((uint8_t *)state, buf, 1);
	memcpy(key, state->key, sizeof(key));
	state->cursor = position;
	opaque_draw((uint8_t *)state, buf, len);

	check(check_longest_zero_run(buf, len) < 8);
	for (i = 0; i + 8 <= sizeof(key); i++)
		check(!check_contains(buf, len, key + i, 8));
	for (i = 0; i < neighbours_len; i++)
		check_eq(neighbours[i], FILL);
	check(vgr_position(state->cursor) <= VGR_BATCH_LEN);
}

int main(void)
{
	static const size_t lens[] = { 8, 16, 64, 928, 1200 };
	size_t page_len = (size_t)sysconf(_SC_PAGESIZE), i, k;
	int random;

	check_tier();
	neighbours = opaque_states(page_len / OPAQUE_STATE_LEN);
	neighbours_len = page_len - OPAQUE_STATE_LEN;
	memset(neighbours, FILL, neighbours_len);
	state = (struct vgr_state *)(neighbours + neighbours_len);

	for (i = 0; i < sizeof(positions) / sizeof(positions[0]); i++)
		for (k = 0; k < sizeof(lens) / sizeof(lens[0]); k++)
			try_position(positions[i], lens[k]);
	for (random = 0; random < 1000; random++)
		try_position((uint32_t)check_random() | VGR_BATCH_LEN,
			     lens[check_random() % 5]);
	return 0;
}
