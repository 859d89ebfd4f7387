/* SPDX-License-Identifier: MIT */
/*
 * Claim: a kernel's word that is seen to disagree with what the vDSO itself
 * does is not asked again: one that moves to a wrong value at the next request,
 * one that stands still at a wrong value within 8 batches, in the child of a
 * fork too.  The clock takes its place and the thread is served from new keys.
 * Handlers that left such a comparison by longjmp do not put an end to the
 * doubt: they take a witness each, and when there is none the word is retired.
 *
 * To see it fail: have vgr_generation_may_refill in generation.c not certify,
 * or kernel_word_holds take every verdict for a good one; have borrow_witness
 * only look at the first; return VGR_WORD_UNDECIDED for ever if there is none.
 *
 * kernel-word.c is compiled in here, for the place it looks at.
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

static void plant_word(uint64_t value)
{
	fake_word = value;
	word = &fake_word;
	vgr_generation_word = &fake_word;
}

static void check_is_retired(void)
{
	struct vgetrandom_info before, after;
	uint8_t bytes[1000];

	before = info_now();
	check(!(before.generation & VGETRANDOM_GENERATION_KERNEL));
	check(before.kernel_word_why);
	check_eq(*vgr_generation_word, 0);
	if (!(before.generation & VGETRANDOM_GENERATION_CLOCK)) {
		printf("(no clock here to take its place)\n");
		return;
	}

	check(before.is_active);
	draw(bytes, 16);
	before = info_now();
	draw(bytes, sizeof(bytes));
	check_unique_windows(bytes, sizeof(bytes));
	draw_away(5000);
	after = info_now();
	check_eq(after.system_calls, before.system_calls);

	/* Moving again, it makes no difference. */
	before = info_now();
	fake_word++;
	draw_away(5000);
	after = info_now();
	check_eq(after.kernel_keys, before.kernel_keys);
}

/* The word moves, but to a value that the vDSO knows nothing of. */
static void moves_wrongly(void)
{
	uint64_t nkeys = vgr_thread_slot->nkernel_keys;

	plant_word(*vgr_generation_word + 1000000);
	draw_away(16);
	check_is_retired();
	check(vgr_thread_slot->nkernel_keys > nkeys);
}

/* Word and stamps agree with each other, and with nothing else. */
static void stands_still(void)
{
	uint64_t nrefills;

	plant_word(*vgr_generation_word + 1000000);
	vgr_thread_slot->state->stamp[VGR_SOURCE_KERNEL] = fake_word;
	nrefills = vgr_nruns(vgr_thread_slot->cursor);
	while (info_now().generation & VGETRANDOM_GENERATION_KERNEL &&
	       vgr_nruns(vgr_thread_slot->cursor) < nrefills + 20)
		draw_away(100);
	printf("noticed after %llu batches\n",
	       (unsigned long long)(vgr_nruns(vgr_thread_slot->cursor) - nrefills));
	check(vgr_nruns(vgr_thread_slot->cursor) - nrefills <= 8);
	check_is_retired();
}

/* Noticed in the child, which has no keys yet. */
static void in_a_child(void)
{
	int status;
	pid_t pid;

	plant_word(*vgr_generation_word + 1000000);
	pid = fork();
	if (pid < 0)
		hard_error("no process");
	if (!pid) {
		draw_away(16);
		check_is_retired();
		_exit(0);
	}
	check_eq(waitpid(pid, &status, 0), pid);
	check_eq(status, 0);
}

static void at_a_reseed(void)
{
	plant_word(*vgr_generation_word + 1000000);
	vgr_thread_slot->state->stamp[VGR_SOURCE_KERNEL] = fake_word;
	draw_away(16);
	vgetrandom_reseed();
	draw_away(16);
	check_is_retired();
}

static void lose_witnesses(int n)
{
	while (n--)
		check_eq(borrow_witness() == NWITNESSES, 0);
}

static void with_one_witness_left(void)
{
	lose_witnesses(NWITNESSES - 1);
	vgetrandom_reseed();
	draw_away(16);
	check(info_now().generation & VGETRANDOM_GENERATION_KERNEL);
	stands_still();
}

static void with_no_witness_left(void)
{
	int i;

	lose_witnesses(NWITNESSES);
	for (i = 0; info_now().generation & VGETRANDOM_GENERATION_KERNEL &&
	     i <= MAX_TURNED_AWAY; i++) {
		vgetrandom_reseed();
		draw_away(16);
	}
	/* Each reseed asks once, and now and then a batch does. */
	check(i > MAX_TURNED_AWAY / 2);
	check_is_retired();
}

/* Nothing brings it back, so each in a process of its own. */
static void in_own_process(void (*run)(void))
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		hard_error("no process");
	if (!pid) {
		draw_away(16);
		run();
		_exit(0);
	}
	check_eq(waitpid(pid, &status, 0), pid);
	check_eq(status, 0);
}

int main(void)
{
	if (check_tier() == 3)
		skip("requests are system calls: there is no key");
	if (!(info_now().generation & VGETRANDOM_GENERATION_KERNEL))
		skip("no kernel word here");
	in_own_process(moves_wrongly);
	in_own_process(stands_still);
	in_own_process(in_a_child);
	in_own_process(at_a_reseed);
	in_own_process(with_one_witness_left);
	in_own_process(with_no_witness_left);
	draw_away(16);
	check(info_now().generation & VGETRANDOM_GENERATION_KERNEL);
	return 0;
}
