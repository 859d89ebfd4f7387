/* SPDX-License-Identifier: MIT */
/*
 * Claim: handlers on an alternate stack may interrupt requests, draw, and leave
 * by longjmp like any others: requests are whole, no byte is given twice, and
 * the thread stays as fast as it was.
 *
 * To see it fail: have vgr_thread_enter and its slow kin not look at inside; or
 * in vgr_thread_enter_slowly leave out the comparison of frames.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "check-draw.h"
#include "check-inside.h"
#include "check-slot.h"
#include "check-tier.h"
#include "check.h"

#define STACK_LEN	(256 * 1024)
#define NDRAWS		40
#define PIECE_LEN	32
#define NROUNDS		300

static const size_t lens[] = { 16, 32, 100, 700, 1500, 5000, 17000 };
#define NLENS (sizeof(lens) / sizeof(lens[0]))

static uint8_t *stack, drawn[NDRAWS][PIECE_LEN];
static sigjmp_buf back;

static void draw_40_times(void)
{
	uint8_t here;
	int i;

	check((uintptr_t)&here - (uintptr_t)stack < STACK_LEN);
	check(is_inside_a_call());
	for (i = 0; i < NDRAWS; i++)
		draw(drawn[i], PIECE_LEN);
}

/* Refused twice, so that the slot is not left behind. */
static void draw_and_jump_out(void)
{
	draw(drawn[0], PIECE_LEN);
	draw(drawn[1], PIECE_LEN);
	siglongjmp(back, 1);
}

static void return_from_handler(size_t len)
{
	uint8_t *buf = inside_arm(len, 8, draw_40_times);

	draw(buf, len);
	check_unique_windows(buf, len < 500 ? len : 500);
	check(check_longest_zero_run(buf, len) < 8);
	check_unique_windows(drawn, sizeof(drawn));
	check_eq(inside_disarm(), 1);
}

static __attribute__((noinline))
void jump_out_of_handler(size_t len)
{
	uint8_t *volatile buf = inside_arm(len, 8, draw_and_jump_out);
	volatile int i;

	if (!sigsetjmp(back, 1))
		vgetrandom(buf, len, 0);
	check_eq(inside_disarm(), 1);
	check_unique_windows(drawn[0], PIECE_LEN);
	check_unique_windows(drawn[1], PIECE_LEN);
	for (i = 0; i < NDRAWS; i++)
		check_eq(vgetrandom(drawn[i], PIECE_LEN, 0), PIECE_LEN);
	check_unique_windows(drawn, sizeof(drawn));
}

int main(void)
{
	struct vgetrandom_info before, after;
	stack_t alternate = { .ss_size = STACK_LEN };
	size_t i;

	if (check_tier() == 3)
		skip("requests are system calls: there is no inside");
	stack = malloc(STACK_LEN);
	alternate.ss_sp = stack;
	if (!stack || sigaltstack(&alternate, NULL))
		hard_error("no alternate stack");
	inside_init(SA_ONSTACK);
	draw_away(16);

	before = info_now();
	for (i = 0; i < NROUNDS; i++)
		return_from_handler(lens[i % NLENS]);
	after = info_now();
	printf("%d returns: %llu system calls, %llu slots more\n", NROUNDS,
	       (unsigned long long)(after.system_calls - before.system_calls),
	       (unsigned long long)(after.slots - before.slots));
	if (is_restartable()) {
		check_eq(after.system_calls, before.system_calls);
	} else {
		check(after.system_calls - before.system_calls >= NROUNDS * 3);
		check(after.system_calls - before.system_calls <=
		      NROUNDS * (3 + 1));
	}
	check_eq(after.slots, before.slots);

	before = info_now();
	for (i = 0; i < NROUNDS; i++)
		jump_out_of_handler(lens[i % NLENS]);
	after = info_now();
	printf("%d jumps: %llu system calls, %llu slots more\n", NROUNDS,
	       (unsigned long long)(after.system_calls - before.system_calls),
	       (unsigned long long)(after.slots - before.slots));
	check_eq(after.system_calls - before.system_calls,
		 is_restartable() ? 0 : NROUNDS * 2);
	check_eq(after.slots, before.slots);
	return 0;
}
