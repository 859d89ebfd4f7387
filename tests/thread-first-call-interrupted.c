/* SPDX-License-Identifier: MIT */
/*
 * Claim: a signal may find a thread anywhere in its first call: the handler
 * that draws (some leave by longjmp) and the call itself are served, no byte is
 * given twice, and no slot is lost but those that a longjmp left.
 *
 * To see it fail: have install in thread.c store the pointer without comparing.
 *
 * VGR_TEST_FULL=1: 3000 calls interrupted.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "check-draw.h"
#include "check-slot.h"
#include "check-tier.h"
#include "check.h"

#define PIECE_LEN	24
#define MAX_DRAWS	6
#define SWEEP_NS	40000

static struct life {
	uint8_t first[PIECE_LEN];
	uint8_t in_handler[MAX_DRAWS][PIECE_LEN];
	uint8_t later[3][PIECE_LEN];
	int ndraws;			/* what the handler is to do */
	int jumps;
} life;

/* What the handler found. */
static volatile int is_calling, was_calling, had_slot, has_jumped;
static sigjmp_buf back;
static timer_t timer;
static sigset_t alarm_only;

static void on_alarm(int number)
{
	int i;

	(void)number;
	was_calling = is_calling;
	had_slot = vgr_thread_has_slot();
	for (i = 0; i < life.ndraws; i++)
		draw(life.in_handler[i], PIECE_LEN);
	if (life.jumps && is_calling) {
		has_jumped = 1;
		siglongjmp(back, 1);
	}
}

static void *live(void *argument)
{
	struct itimerspec when = { .it_value.tv_nsec = (long)argument };

	pthread_sigmask(SIG_UNBLOCK, &alarm_only, NULL);
	has_jumped = was_calling = 0;
	if (timer_settime(timer, 0, &when, NULL))
		hard_error("timer_settime");

	if (!sigsetjmp(back, 1)) {
		is_calling = 1;
		vgetrandom(life.first, PIECE_LEN, 0);
	}
	is_calling = 0;
	while (!timer_gettime(timer, &when) &&
	       (when.it_value.tv_nsec || when.it_value.tv_sec))
		;
	pthread_sigmask(SIG_BLOCK, &alarm_only, NULL);
	draw(life.later, sizeof(life.later));
	return NULL;
}

static void one_life(long after_ns)
{
	uint64_t nslots = info_now().slots, nmore;
	pthread_t thread;

	if (pthread_create(&thread, NULL, live, (void *)after_ns) ||
	    pthread_join(thread, NULL))
		hard_error("no thread");

	if (was_calling) {
		if (!has_jumped)
			check_unique_windows(life.first, PIECE_LEN);
		check_unique_windows(life.later, sizeof(life.later));
		check_unique_windows(life.in_handler,
				     (size_t)life.ndraws * PIECE_LEN);
	}
	/* A jump may lose a slot that was being claimed, or not signed yet. */
	nmore = info_now().slots - nslots;
	check(nmore <= (has_jumped ? 1 : 0));
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_alarm };
	long nwanted = getenv("VGR_TEST_FULL") ? 3000 : 60, i;
	long nhits = 0, nearly = 0, njumps = 0;
	int tier = check_tier();

	/* The first thread's slot, so that it has nothing to do with these. */
	draw_away(16);
	sigemptyset(&alarm_only);
	sigaddset(&alarm_only, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &alarm_only, NULL);
	if (sigaction(SIGALRM, &action, NULL) ||
	    timer_create(CLOCK_MONOTONIC, NULL, &timer))
		hard_error("no handler, or no timer");

	for (i = 0; i < 700 * nwanted; i++) {
		if (nhits >= nwanted && nearly >= nwanted / 6)
			break;
		life.ndraws = (int)(i % (MAX_DRAWS + 1));
		life.jumps = i % 3 == 2;
		one_life(1 + i * 37 % SWEEP_NS);
		nhits += was_calling;
		nearly += was_calling && !had_slot && life.ndraws &&
			  !has_jumped;
		njumps += has_jumped;
	}
	printf("%ld first calls, %ld hit, %ld before the slot, %ld left\n",
	       i, nhits, nearly, njumps);
	if (tier < 3 && !nearly)
		skip("this machine's timers hit no first call early enough");
	return 0;
}
