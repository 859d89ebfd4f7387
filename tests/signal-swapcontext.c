/* SPDX-License-Identifier: MIT */
/*
 * Claim: a handler may leave an interrupted request by swapcontext and the
 * request be resumed later: soon, after its thread has taken another slot,
 * after that has drawn much, on another thread, or after its own thread has
 * ended.  It is whole, no byte is given twice, and its slot comes back.
 *
 * To see it fail: in vgr_thread_leave, do not look at VGR_SLOT_ORPHANED; or
 * have vgr_thread_exit give back a slot that a call is inside of; or
 * leave_behind in thread.c not mark, or not wipe, the old one.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>

#include "check-draw.h"
#include "check-inside.h"
#include "check-slot.h"
#include "check-tier.h"
#include "check.h"

#ifndef __GLIBC__
int main(void)
{
	skip("this C library has no swapcontext");
}
#else
#include <ucontext.h>

/* Not where the thread pointer is a register that the end of a handler sets. */
#if defined(__riscv) || defined(__powerpc64__) || defined(__s390x__)
#define CAN_CHANGE_THREAD	0
#else
#define CAN_CHANGE_THREAD	1
#endif

#define STACK_LEN	(256 * 1024)
#define PIECE_LEN	48
#define NOTHERS		6	/* threads that want slots meanwhile */

/* A request on a stack of its own. */
static struct request {
	ucontext_t here;		/* where it was left */
	ucontext_t outside;		/* who resumes it */
	size_t len, stop_at;
	uint8_t *buf;
	struct inside inside;
	int is_done;
	uint8_t stack[STACK_LEN] __attribute__((aligned(64)));
} request;

/* In the handler, inside the call. */
static void leave(void)
{
	check(is_inside_a_call());
	request.inside = inside;
	swapcontext(&request.here, &request.outside);
}

static void run_request(void)
{
	request.buf = inside_arm(request.len, request.stop_at, leave);
	draw(request.buf, request.len);
	request.is_done = 1;
	setcontext(&request.outside);
}

/* Begins it, on this thread; back here, a call is suspended in our slot. */
static void begin(size_t len, size_t stop_at)
{
	request.len = len;
	request.stop_at = stop_at;
	request.is_done = 0;
	getcontext(&request.here);
	request.here.uc_stack.ss_sp = request.stack;
	request.here.uc_stack.ss_size = STACK_LEN;
	request.here.uc_link = NULL;
	makecontext(&request.here, run_request, 0);
	swapcontext(&request.outside, &request.here);
	check(!request.is_done);
}

/* Resumes it, on any thread; back here, it is done. */
static void finish(void)
{
	size_t len = request.len, part = len < 600 ? len : 600;

	swapcontext(&request.outside, &request.here);
	check(request.is_done);
	check(check_longest_zero_run(request.buf, len) < 8);
	check_unique_windows(request.buf, part);
	if (len > 1200)
		check_unique_windows(request.buf + len - part, part);
	munmap(request.inside.base, request.inside.len);
}

static void draw_some(int n)
{
	uint8_t pieces[64][PIECE_LEN];
	int i;

	for (i = 0; i < n; i++)
		draw(pieces[i], PIECE_LEN);
	check_unique_windows(pieces, (size_t)n * PIECE_LEN);
}

/* ---- Ways to come back --------------------------------------------------- */

static void after_nothing(size_t len, size_t stop_at)
{
	begin(len, stop_at);
	finish();
}

static void after_refused_draws(size_t len, size_t stop_at)
{
	begin(len, stop_at);
	draw_some(2);
	finish();
}

static void after_new_slot(size_t len, size_t stop_at)
{
	struct vgr_slot *slot = vgr_thread_slot;

	begin(len, stop_at);
	draw_some(60);
	if (is_restartable()) {
		check(vgr_thread_slot == slot);
	} else {
		check(vgr_thread_slot != slot);
		check_eq(check_longest_zero_run(slot->state, VGR_STATE_LEN),
			 VGR_STATE_LEN);
	}
	finish();
	draw_some(20);
}

static void *draw_in_thread(void *stop)
{
	uint8_t piece[PIECE_LEN];

	do
		draw(piece, sizeof(piece));
	while (!__atomic_load_n((int *)stop, __ATOMIC_RELAXED));
	return NULL;
}

/* Others are eager to have its slot. */
static void among_threads(size_t len, size_t stop_at)
{
	pthread_t threads[NOTHERS];
	int i, stop = 0;

	begin(len, stop_at);
	draw_some(60);
	for (i = 0; i < NOTHERS; i++)
		if (pthread_create(&threads[i], NULL, draw_in_thread, &stop))
			hard_error("no thread");
	finish();
	draw_some(60);
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	for (i = 0; i < NOTHERS; i++)
		pthread_join(threads[i], NULL);
}

struct life {
	size_t len, stop_at;
	int ndraws;
	sem_t *is_there, *may_end;
};

static void *begin_in_thread(void *argument)
{
	struct life *life = argument;

	draw_away(16);
	begin(life->len, life->stop_at);
	draw_some(life->ndraws);
	if (life->is_there) {
		sem_post(life->is_there);
		sem_wait(life->may_end);
		draw_some(life->ndraws);
	}
	return NULL;
}

static void start_thread(pthread_t *thread, struct life *life)
{
	if (pthread_create(thread, NULL, begin_in_thread, life))
		hard_error("no thread");
}

/* Its thread lives, with a slot of its own (or still with the same). */
static void on_another_thread(size_t len, size_t stop_at)
{
	sem_t is_there, may_end;
	struct life life = { len, stop_at, 0, &is_there, &may_end };
	pthread_t thread;

	for (; life.ndraws <= 20; life.ndraws += 10) {
		sem_init(&is_there, 0, 0);
		sem_init(&may_end, 0, 0);
		start_thread(&thread, &life);
		sem_wait(&is_there);
		draw_some(20);
		finish();
		draw_some(20);
		sem_post(&may_end);
		pthread_join(thread, NULL);
	}
}

static void after_exit(size_t len, size_t stop_at)
{
	struct life life = { len, stop_at, 0, NULL, NULL };
	pthread_t thread, others[NOTHERS];
	int i, stop;

	for (; life.ndraws <= 20; life.ndraws += 10) {
		start_thread(&thread, &life);
		pthread_join(thread, NULL);
		stop = 0;
		for (i = 0; i < NOTHERS; i++)
			if (pthread_create(&others[i], NULL, draw_in_thread,
					   &stop))
				hard_error("no thread");
		draw_some(20);
		finish();
		draw_some(20);
		__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
		for (i = 0; i < NOTHERS; i++)
			pthread_join(others[i], NULL);
	}
}

int main(void)
{
	static const struct {
		const char *name;
		void (*run)(size_t len, size_t stop_at);
		int changes_thread;
	} ways[] = {
		{ "soon", after_nothing, 0 },
		{ "after two draws", after_refused_draws, 0 },
		{ "after the thread has another slot", after_new_slot, 0 },
		{ "while others draw", among_threads, 0 },
		{ "on another thread", on_another_thread, 1 },
		{ "after its thread has ended", after_exit, 1 },
	};
	static const size_t requests[][2] = {
		{ 16, 0 }, { 32, 16 }, { 300, 20 }, { 928, 500 },
		{ 1500, 1100 }, { 5000, 0 }, { 5000, 2000 },
		{ 20000, 0 }, { 20000, 16000 },
	};
	struct vgetrandom_info before, after;
	size_t ntimes = getenv("VGR_TEST_EMULATED") ? 1 : 4, way, i;

	if (check_tier() == 3)
		skip("requests are system calls: there is no inside");
	inside_init(0);
	draw_away(16);

	for (way = 0; way < sizeof(ways) / sizeof(ways[0]); way++) {
		if (ways[way].changes_thread && !CAN_CHANGE_THREAD) {
			printf("%s: not on this machine\n", ways[way].name);
			continue;
		}
		before = info_now();
		for (i = 0; i < ntimes * sizeof(requests) / sizeof(requests[0]); i++)
			ways[way].run(requests[i / ntimes][0],
				      requests[i / ntimes][1]);
		after = info_now();
		printf("%s: slots %llu before, %llu after\n", ways[way].name,
		       (unsigned long long)before.slots,
		       (unsigned long long)after.slots);
		check_eq(after.slots, before.slots);
	}
	return 0;
}
#endif
