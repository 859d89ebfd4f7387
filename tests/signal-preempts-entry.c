/* SPDX-License-Identifier: MIT */
/*
 * Claim: a request that is preempted anywhere, also while it enters the slot or
 * leaves it, shares no byte with a request that another context of the thread
 * makes meanwhile and is suspended in.
 *
 * To see it fail: have vgr_thread_enter test and mark the slot by two
 * instructions.
 *
 * One context makes small requests without end.  At each tick of a timer
 * another one finishes its suspended request and begins the next, in which it
 * is suspended in its turn: so a request is entered, and stays inside, while
 * the first context stands at any instruction of its own.
 *
 * VGR_TEST_FULL=1: 400,000 ticks.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "check-draw.h"
#include "check-inside.h"
#include "check-tier.h"
#include "check.h"

#ifndef __GLIBC__
int main(void)
{
	skip("this C library has no swapcontext");
}
#else
#include <ucontext.h>

#define PIECE_LEN	16
#define MAX_DELAY_US	32
#define NRING		65536
#define NNEAR		3	/* draws before and after the preempted one */

static ucontext_t busy_one, suspended_one;
static uint8_t stack[256 * 1024] __attribute__((aligned(64)));

/* What the busy context draws, and its number at the last tick. */
static uint8_t ring[NRING][PIECE_LEN];
static volatile uint64_t ndrawn, at_tick;
static volatile long nticks, ninside;

/* In the other context's call. */
static void suspend(void)
{
	ninside++;
	swapcontext(&suspended_one, &busy_one);
}

static void compare(const uint8_t *bytes, uint64_t around)
{
	uint64_t i = around < NNEAR ? 0 : around - NNEAR;

	for (; i <= around + NNEAR && i < ndrawn; i++)
		if (ndrawn - i < NRING &&
		    !memcmp(ring[i % NRING], bytes, PIECE_LEN))
			check_failed(__FILE__, __LINE__, "no draws are equal");
}

static void draw_and_be_suspended(void)
{
	uint8_t *buf, copy[2 * PIECE_LEN];
	uint64_t when;

	for (;;) {
		when = at_tick;
		buf = inside_arm(sizeof(copy), 0, suspend);

		/* Else it was turned away to the system call: EFAULT. */
		if (vgetrandom(buf, sizeof(copy), 0) == sizeof(copy)) {
			memcpy(copy, buf, sizeof(copy));
			compare(copy, when);
			compare(copy + PIECE_LEN, when);
			check(check_longest_zero_run(copy, sizeof(copy)) < 8);
		} else {
			swapcontext(&suspended_one, &busy_one);
		}
		inside_disarm();
	}
}

static void set_timer(long microseconds)
{
	struct itimerval timer = { .it_value = { 0, microseconds } };

	if (setitimer(ITIMER_REAL, &timer, NULL))
		hard_error("setitimer");
}

/*
 * Each tick asks for the next: on a busy machine those of a period would leave
 * the busy context no time between two of them.  Some come at once.
 */
static void ask_for_tick(void)
{
	set_timer(1 + nticks % MAX_DELAY_US);
}

static void on_alarm(int number)
{
	(void)number;
	nticks++;
	at_tick = ndrawn;
	swapcontext(&busy_one, &suspended_one);
	ask_for_tick();
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct vgetrandom_info before, after;
	long nwanted = getenv("VGR_TEST_FULL") ? 400000 : 10000;
	uint64_t i;

	if (check_tier() == 3)
		skip("requests are system calls: there is no inside");
	inside_init(0);
	sigemptyset(&action.sa_mask);
	if (sigaction(SIGALRM, &action, NULL))
		hard_error("no handler");
	draw_away(16);

	/* Runs in the handler alone, so with the signal blocked. */
	getcontext(&suspended_one);
	sigaddset(&suspended_one.uc_sigmask, SIGALRM);
	suspended_one.uc_stack.ss_sp = stack;
	suspended_one.uc_stack.ss_size = sizeof(stack);
	makecontext(&suspended_one, draw_and_be_suspended, 0);

	ask_for_tick();
	while (nticks < nwanted) {
		i = ndrawn;
		draw(ring[i % NRING], PIECE_LEN);
		check(*(uint64_t *)ring[i % NRING]);
		ndrawn = i + 1;
	}
	set_timer(0);

	before = info_now();
	draw_away(100000);
	after = info_now();
	printf("%ld ticks, %ld requests suspended inside; %llu slots\n", nticks,
	       ninside, (unsigned long long)after.slots);
	check(ninside > nwanted / 50);
	check(after.system_calls - before.system_calls <= 4);
	return 0;
}
#endif
