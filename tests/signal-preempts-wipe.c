/* SPDX-License-Identifier: MIT */
/*
 * Claim: a slot that a thread leaves behind is nobody else's before it is wiped,
 * though the wipe be preempted and the call that was inside be over meanwhile.
 *
 * To see it fail: in thread.c, let a slot be given back as soon as it is marked,
 * before its wipe.
 *
 * The wipe is stopped at its first write, as the page cannot be written then.
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
#include "pool.h"

#ifndef __GLIBC__
int main(void)
{
	skip("this C library has no swapcontext");
}
#else
#include <ucontext.h>

#define NROUNDS		20

static ucontext_t outside, suspended, wiping;
static uint8_t suspended_stack[256 * 1024] __attribute__((aligned(64)));
static uint8_t wiping_stack[256 * 1024] __attribute__((aligned(64)));
static struct inside request, wipe;
static struct vgr_slot *slot;
static int is_wiping, is_over;

/* ---- A call that is suspended inside ------------------------------------- */

static void suspend(void)
{
	request = inside;
	swapcontext(&suspended, &outside);
}

static void be_suspended(void)
{
	uint8_t *buf = inside_arm(100, 8, suspend);

	draw(buf, 100);
	check(check_longest_zero_run(buf, 100) < 8);
	setcontext(&outside);
}

/* ---- One that leaves its slot behind ------------------------------------- */

static void stop_wiping(void)
{
	is_wiping = 1;
	swapcontext(&wiping, &outside);
}

/* From here on the page of the slot's state cannot be written. */
static void close_state(void)
{
	size_t page_len = (size_t)sysconf(_SC_PAGESIZE);

	wipe = (struct inside){
		.closed = (uint8_t *)((uintptr_t)slot->state & -page_len),
		.closed_len = page_len,
		.action = stop_wiping,
	};
	inside = wipe;
	if (mprotect(wipe.closed, wipe.closed_len, PROT_READ))
		hard_error("mprotect");
}

static void leave_behind(void)
{
	int i;

	for (i = 0; i < 3; i++)
		draw_away(16);		/* refused */
	close_state();
	draw_away(16);
	is_over = 1;
	setcontext(&outside);
}

/* ---- A thread that would like to have it --------------------------------- */

static struct vgr_slot *eager_slot;
static sem_t has_slot, may_go_on;

static void *be_eager(void *unused)
{
	uint8_t bytes[2][600];

	draw(bytes[0], 16);
	eager_slot = vgr_thread_slot;
	sem_post(&has_slot);
	sem_wait(&may_go_on);
	draw(bytes[0], sizeof(bytes[0]));
	draw(bytes[1], sizeof(bytes[1]));
	check_unique_windows(bytes, sizeof(bytes));
	return unused;
}

static void begin(ucontext_t *context, uint8_t *stack, void (*run)(void))
{
	getcontext(context);
	context->uc_stack.ss_sp = stack;
	context->uc_stack.ss_size = sizeof(suspended_stack);
	context->uc_link = NULL;
	makecontext(context, run, 0);
	swapcontext(&outside, context);
}

/* The next slot to be claimed shall have its state on another page. */
static void fill_page(void)
{
	uintptr_t page = ~(uintptr_t)(sysconf(_SC_PAGESIZE) - 1);
	struct vgr_slot *filler;

	do {
		filler = vgr_pool_claim(0);
		check(filler);
	} while (!(((uintptr_t)filler->state ^ (uintptr_t)slot->state) & page));
	vgr_pool_release(filler);
}

static void one_round(void)
{
	pthread_t eager;

	draw_away(16);
	slot = vgr_thread_slot;
	fill_page();
	is_wiping = is_over = 0;

	begin(&suspended, suspended_stack, be_suspended);
	begin(&wiping, wiping_stack, leave_behind);
	check(is_wiping);

	/* The call inside comes back and leaves. */
	inside = request;
	swapcontext(&outside, &suspended);
	munmap(request.base, request.len);

	if (pthread_create(&eager, NULL, be_eager, NULL))
		hard_error("no thread");
	sem_wait(&has_slot);
	check(eager_slot != slot);
	inside = wipe;
	swapcontext(&outside, &wiping);
	check(is_over);
	check_eq(check_longest_zero_run(slot->state, VGR_STATE_LEN),
		 VGR_STATE_LEN);
	sem_post(&may_go_on);
	pthread_join(eager, NULL);
}

int main(void)
{
	struct vgetrandom_info before, after;
	int i;

	take_the_door();
	if (check_tier() == 3)
		skip("requests are system calls: there is no inside");
	inside_init(0);
	sem_init(&has_slot, 0, 0);
	sem_init(&may_go_on, 0, 0);
	draw_away(16);
	before = info_now();
	for (i = 0; i < NROUNDS; i++)
		one_round();
	after = info_now();
	printf("%d rounds: %lld slots more\n", NROUNDS,
	       (long long)(after.slots - before.slots));
	return 0;
}
#endif
