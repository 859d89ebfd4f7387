/* SPDX-License-Identifier: MIT */
/*
 * Claim: a thread whose interrupted requests are carried away by their handlers
 * (swapcontext) and finished by another thread stays as fast as it was: each
 * costs it three system calls, however many there were, and no slot.
 *
 * To see it fail: in thread.c, do not sweep before looking at the patience.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>

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

#define NROUNDS		400
#define NDRAWS		20
#define MAX_REFUSED	3	/* as the library's documents say */

static ucontext_t first_thread, second_thread, request;
static uint8_t stack[256 * 1024] __attribute__((aligned(64)));
static struct inside interrupted;
static sem_t may_go_on, is_over;
static int may_end;

static void leave_for_first(void)
{
	interrupted = inside;
	swapcontext(&request, &first_thread);
}

static void be_carried_away(void)
{
	uint8_t *buf = inside_arm(100, 8, leave_for_first);

	draw(buf, 100);
	check_unique_windows(buf, 100);
	setcontext(&second_thread);
}

static void *finish_requests(void *unused)
{
	draw_away(16);
	for (;;) {
		sem_wait(&may_go_on);
		if (may_end)
			return unused;
		inside = interrupted;
		swapcontext(&second_thread, &request);
		munmap(interrupted.base, interrupted.len);
		sem_post(&is_over);
	}
}

static uint64_t one_round(void)
{
	uint64_t before = info_now().system_calls;
	int i;

	getcontext(&request);
	request.uc_stack.ss_sp = stack;
	request.uc_stack.ss_size = sizeof(stack);
	makecontext(&request, be_carried_away, 0);
	swapcontext(&first_thread, &request);

	for (i = 0; i < NDRAWS; i++)
		draw_away(16);
	before = info_now().system_calls - before;
	sem_post(&may_go_on);
	sem_wait(&is_over);
	return before;
}

int main(void)
{
	struct vgetrandom_info before, after;
	pthread_t second;
	uint64_t most = 0, ncalls;
	int i;

	if (check_tier() == 3)
		skip("requests are system calls: there is no inside");
	inside_init(0);
	sem_init(&may_go_on, 0, 0);
	sem_init(&is_over, 0, 0);
	draw_away(16);
	before = info_now();
	if (pthread_create(&second, NULL, finish_requests, NULL))
		hard_error("no thread");

	for (i = 0; i < NROUNDS; i++) {
		ncalls = one_round();
		most = ncalls > most ? ncalls : most;
	}
	may_end = 1;
	sem_post(&may_go_on);
	pthread_join(second, NULL);
	after = info_now();
	printf("%d requests carried away: at most %llu system calls, %lld slots more\n",
	       NROUNDS, (unsigned long long)most,
	       (long long)(after.slots - before.slots));
	check(most <= MAX_REFUSED);
	/* The last one is given back when this thread looks the next time. */
	check(after.slots - before.slots <= 1);
	return 0;
}
#endif
