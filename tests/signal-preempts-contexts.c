/* SPDX-License-Identifier: MIT */
/*
 * Claim: contexts of one thread that a timer's handler switches between by
 * swapcontext, in the middle of their requests, never get a byte twice or a
 * zero that another left in the batch; and when they have ended the thread has
 * lost no slot and is as fast as before.
 *
 * To see it fail: have vgr_thread_enter test and mark the slot by two
 * instructions.
 *
 * VGR_TEST_FULL=1: fifty times as long.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "check-draw.h"
#include "check-tier.h"
#include "check.h"

#ifndef __GLIBC__
int main(void)
{
	skip("this C library has no swapcontext");
}
#else
#include <ucontext.h>

#define NCONTEXTS	4
#define STACK_LEN	(256 * 1024)
#define NDRAWS		60000		/* in a round, of all contexts */
#define PIECE_LEN	32
#define MAX_DELAY_US	16
#define ENOUGH_SWITCHES	50000		/* an emulator has many in a round */

static ucontext_t contexts[NCONTEXTS], outside;
static uint8_t stacks[NCONTEXTS][STACK_LEN] __attribute__((aligned(64)));
static int has_ended[NCONTEXTS];
static volatile int current, may_switch;
static volatile long nswitches, ndrawn, nrounds;
static int is_full;
static sigset_t alarm_only;

struct piece {
	uint64_t words[PIECE_LEN / 8];
};
static struct piece drawn[NDRAWS];
static uint64_t words[NDRAWS * PIECE_LEN / 8];

/* The next that has not ended; back here when it is our turn again. */
static void switch_context(void)
{
	int old = current, next = old;

	do
		next = (next + 1) % NCONTEXTS;
	while (has_ended[next] && next != old);
	current = next;
	if (next != old)
		swapcontext(&contexts[old], &contexts[next]);
	else if (has_ended[old])
		setcontext(&outside);
}

static void set_timer(long microseconds)
{
	struct itimerval timer = { .it_value = { 0, microseconds } };

	if (setitimer(ITIMER_REAL, &timer, NULL))
		hard_error("setitimer");
}

/*
 * Each tick asks for the next: on a busy machine those of a period would leave
 * a context no time between two of them.  Some come at once.
 */
static void ask_for_tick(void)
{
	set_timer(1 + nswitches % MAX_DELAY_US);
}

static void on_alarm(int number)
{
	(void)number;
	if (may_switch) {
		nswitches++;
		switch_context();
	}
	ask_for_tick();
}

static int compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

/* By 8 bytes: a repeat that begins anywhere on a word is seen. */
static void look_at_round(void)
{
	size_t nwords = NDRAWS * PIECE_LEN / 8, i, n = 0;

	for (i = 0; i < nwords; i++) {
		words[n] = drawn[i / 4].words[i % 4];
		n += words[n] != 0;
	}
	/* Other contexts may be at their copies. */
	check(n >= nwords - NCONTEXTS * (PIECE_LEN / 8));
	qsort(words, n, sizeof(*words), compare);
	for (i = 1; i < n; i++)
		if (words[i] == words[i - 1])
			check_failed(__FILE__, __LINE__, "no word comes twice");
	memset(drawn, 0, sizeof(drawn));
	ndrawn = 0;
	nrounds--;
	if (!is_full && nswitches > ENOUGH_SWITCHES)
		nrounds = 0;
}

/* Each takes the next place with one add: no signal can split it in two. */
static void draw_on(void)
{
	struct piece piece;
	long place;

	while (nrounds > 0) {
		draw(&piece, sizeof(piece));
		check(piece.words[0] && piece.words[1] && piece.words[2] &&
		      piece.words[3]);
		place = __atomic_fetch_add(&ndrawn, 1, __ATOMIC_RELAXED);
		if (place < NDRAWS) {
			drawn[place] = piece;
		} else if (place == NDRAWS) {
			sigprocmask(SIG_BLOCK, &alarm_only, NULL);
			look_at_round();
			sigprocmask(SIG_UNBLOCK, &alarm_only, NULL);
		}
	}
}

/*
 * Contexts begin with the signal blocked: swapcontext takes over the mask
 * before the stack.  And only here, where context 0 runs, may the handler begin
 * to switch.
 */
static void live(int number)
{
	may_switch = 1;
	ask_for_tick();
	sigprocmask(SIG_UNBLOCK, &alarm_only, NULL);
	draw_on();
	sigprocmask(SIG_BLOCK, &alarm_only, NULL);
	has_ended[number] = 1;
	switch_context();
}

static void run_contexts(void)
{
	int i;

	for (i = 0; i < NCONTEXTS; i++) {
		getcontext(&contexts[i]);
		contexts[i].uc_stack.ss_sp = stacks[i];
		contexts[i].uc_stack.ss_size = STACK_LEN;
		contexts[i].uc_link = NULL;
		sigaddset(&contexts[i].uc_sigmask, SIGALRM);
		makecontext(&contexts[i], (void (*)(void))live, 1, i);
	}
	swapcontext(&outside, &contexts[0]);
	set_timer(0);
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct vgetrandom_info before, after;
	int tier = check_tier();

	is_full = getenv("VGR_TEST_FULL") != NULL;
	nrounds = is_full ? 2000 : 40;
	sigemptyset(&alarm_only);
	sigaddset(&alarm_only, SIGALRM);
	if (sigaction(SIGALRM, &action, NULL))
		hard_error("no handler");
	draw_away(16);

	before = info_now();
	run_contexts();
	after = info_now();
	printf("%ld switches; %lld system calls, %lld slots more\n", nswitches,
	       (long long)(after.system_calls - before.system_calls),
	       (long long)(after.slots - before.slots));
	if (tier == 3)
		return 0;
	check_eq(after.slots, before.slots);

	before = info_now();
	draw_away(1000000);
	after = info_now();
	check(after.system_calls - before.system_calls <= 4);
	return 0;
}
#endif
