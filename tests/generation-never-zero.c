/* SPDX-License-Identifier: MIT */
/*
 * Claim: zero is never current: not a stamp of zero under a word of zero, not
 * under any other, in no source, on no way to bytes; and a kernel's word that
 * is 0, or not ready, while the vDSO has keys is not believed.
 *
 * To see it fail: have matches in generation.c, or vgr_generation_quick, take a
 * stamp of zero that equals its source.
 *
 * kernel-word.c is compiled in here, for the two places it looks at.
 */
#include "kernel-word.c"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check-draw.h"
#include "check-slot.h"
#include "check-tier.h"
#include "check.h"
#include "generator.h"

static uint64_t fake_word;
static uint8_t fake_is_ready;

/* The library sees ours in place of the kernel's, on every way. */
static void plant_word(uint64_t value, int ready)
{
	fake_word = value;
	fake_is_ready = (uint8_t)ready;
	word = &fake_word;
	is_ready = &fake_is_ready;
	vgr_generation_word = &fake_word;
}

/* A batch that would be noticed, under these stamps. */
static void plant_state(uint64_t kernel_stamp, uint64_t requests_stamp)
{
	struct vgr_slot *slot = vgr_thread_slot;

	memset(slot->state->batch, 0xa5, VGR_BATCH_LEN);
	slot_move_to(slot, 0);
	slot->flags = 0;
	slot->state->stamp[VGR_SOURCE_KERNEL] = kernel_stamp;
	slot->state->stamp[VGR_SOURCE_REQUESTS] = requests_stamp;
}

static int is_planted(const uint8_t *bytes, size_t len)
{
	while (len && bytes[len - 1] == 0xa5)
		len--;
	return !len;
}

enum { ASK, SHORT, LONG, U32, U64, NKINDS };

static void check_is_not_served(int kind, uint64_t kernel_stamp,
				uint64_t requests_stamp)
{
	uint8_t bytes[2000];

	plant_state(kernel_stamp, requests_stamp);
	switch (kind) {
	case ASK:
		check(!vgr_generation_is_current(vgr_thread_slot));
		break;
	case SHORT:
		draw(bytes, 16);
		check(!is_planted(bytes, 16));
		break;
	case LONG:
		draw(bytes, sizeof(bytes));
		check(!is_planted(bytes, 500));
		break;
	case U32:
		check(vgetrandom_u32() != 0xa5a5a5a5);
		break;
	case U64:
		check(vgetrandom_u64() != 0xa5a5a5a5a5a5a5a5);
		break;
	}
}

static void check_each_kind(uint64_t kernel_stamp, uint64_t requests_stamp)
{
	int kind;

	for (kind = 0; kind < NKINDS; kind++)
		check_is_not_served(kind, kernel_stamp, requests_stamp);
}

/* A page as it is after a drop. */
static void check_dropped(void)
{
	uint8_t bytes[3][700];
	struct vgr_slot *slot = vgr_thread_slot;

	memset(slot->state, 0, sizeof(*slot->state));
	slot_move_to(slot, 0);
	check(!vgr_generation_is_current(slot));
	draw(bytes[0], 16);
	check(check_longest_zero_run(bytes[0], 16) < 8);

	memset(slot->state, 0, sizeof(*slot->state));
	slot_move_to(slot, VGR_BATCH_LEN);
	draw(bytes, sizeof(bytes));
	check(check_longest_zero_run(bytes, sizeof(bytes)) < 8);
	check_unique_windows(bytes, sizeof(bytes));
}

/* A word of zero, in a process of its own: it is not believed again. */
static void check_zero_word(int ready, int kind, uint64_t requests_stamp)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		hard_error("no process");
	if (!pid) {
		draw_away(16);
		plant_word(0, ready);
		check_is_not_served(kind, 0, requests_stamp);
		draw_away(16);
		check(!(info_now().generation & VGETRANDOM_GENERATION_KERNEL));
		_exit(0);
	}
	check_eq(waitpid(pid, &status, 0), pid);
	check_eq(status, 0);
}

int main(void)
{
	uint64_t requests;
	int kind;

	if (check_tier() == 3)
		skip("requests are system calls: there is no key");
	draw_away(16);
	requests = vgr_thread_slot->state->stamp[VGR_SOURCE_REQUESTS];
	check(requests);
	check_dropped();
	check_each_kind(0, 0);
	if (!(info_now().generation & VGETRANDOM_GENERATION_KERNEL)) {
		printf("no kernel word here: the rest left out\n");
		return 0;
	}
	check_each_kind(0, requests);
	check_each_kind(*vgr_generation_word + 1, requests);
	/* The quick way has the slot's mark in place of this stamp. */
	check_is_not_served(ASK, *vgr_generation_word, 0);
	check_is_not_served(LONG, *vgr_generation_word, 0);
	for (kind = 0; kind < NKINDS; kind++) {
		check_zero_word(1, kind, requests);
		check_zero_word(0, kind, requests);
	}
	return 0;
}
