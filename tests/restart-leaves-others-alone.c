/* SPDX-License-Identifier: MIT */
/*
 * Claim: a call that a handler carries to another thread (swapcontext) moves no
 * cursor there of the slot it came from, whose owner may be drawing.
 *
 * To see it fail: move a cursor outside of a section (generator.c).
 *
 * A write that its owner's own falls into could set the cursor back.  That takes
 * a nanosecond to happen and luck to be seen; so the slot's cursor is watched by
 * the processor, for writes of the thread that ends the call.
 *
 * Stopped at a sample of instructions, by the printed seed; VGR_TEST_FULL=1: at
 * each, of a loop in the first two turns and the last.
 */
#include "restart-run.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check-tier.h"
#include "check.h"

#ifdef VGR_CAN_RESTART

#include "check-draw.h"
#include "check-slot.h"

#define NSAMPLES	25
#define MAX_LEN		5000

static uint8_t stack[256 * 1024] __attribute__((aligned(64)));
static uint8_t buf[MAX_LEN];
static size_t len;
static const struct stop *stop;
static int breakpoint;
static bool is_away, is_over;
static ucontext_t call, interrupted, home, new_home;
static struct vgr_slot *left;		/* the slot it came from */
static uint64_t nwrites;
static unsigned long naway;

static void on_stop(int number)
{
	(void)number;
	stop_disable(breakpoint);
	is_away = true;
	swapcontext(&interrupted, &home);
}

/* In the first thread, and from the stop on in the second. */
static void make_the_call(void)
{
	ssize_t got;

	stop_enable(breakpoint);
	got = vgetrandom(buf, len, 0);
	check(got == (ssize_t)len || (got >= 256 && (size_t)got < len));
	is_over = true;
	setcontext(is_away ? &new_home : &home);
}

/* How often this thread writes to the word; -1: that can't be had here. */
static int watch_word(const void *word)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_BREAKPOINT,
		.size = sizeof(attr),
		.bp_type = HW_BREAKPOINT_W,
		.bp_addr = (uintptr_t)word,
		.bp_len = HW_BREAKPOINT_LEN_8,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};

	return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1,
			    PERF_FLAG_FD_CLOEXEC);
}

static uint64_t end_watch(int watch)
{
	uint64_t n = 0;

	if (read(watch, &n, sizeof(n)) != sizeof(n))
		hard_error("no count of writes");
	close(watch);
	return n;
}

static void *in_second_thread(void *unused)
{
	int watch;

	(void)unused;
	draw_away(16);
	watch = watch_word(&left->cursor);
	if (watch < 0)
		skip("no watchpoints here: %s", strerror(errno));
	swapcontext(&new_home, &interrupted);
	nwrites = end_watch(watch);
	draw_away(16);
	return NULL;
}

/* The watch itself is seen to work. */
static void *see_a_write(void *unused)
{
	int watch = watch_word(&left->cursor);

	(void)unused;
	if (watch < 0)
		skip("no watchpoints here: %s", strerror(errno));
	*(volatile uint64_t *)&left->cursor += 0;
	nwrites = end_watch(watch);
	return NULL;
}

static void in_thread(void *(*body)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, body, NULL) ||
	    pthread_join(thread, NULL))
		hard_error("no thread");
}

static void run(const struct shape *shape, const struct stop *here)
{
	stop = here;
	len = shape->len;
	is_away = is_over = false;
	restart_begin(shape);
	breakpoint = stop_set(stop->at, stop->nth);
	if (breakpoint < 0)
		skip("no hardware breakpoints here: %s", strerror(errno));
	getcontext(&call);
	call.uc_stack.ss_sp = stack;
	call.uc_stack.ss_size = sizeof(stack);
	makecontext(&call, make_the_call, 0);
	swapcontext(&home, &call);
	if (is_away && !is_over) {
		in_thread(in_second_thread);
		naway++;
		if (nwrites) {
			printf("\"%s\" stopped at %#lx, pass %u, %s a section: %lu writes by another thread\n",
			       shape->name, (unsigned long)stop->at, stop->nth,
			       stop->in_section ? "in" : "in no",
			       (unsigned long)nwrites);
			exit(1);
		}
	}
	close(breakpoint);
	check(is_over);
	check_unique_windows(buf, len < 64 ? len : 64);
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_stop,
				    .sa_flags = SA_NODEFER };
	bool is_full = getenv("VGR_TEST_FULL");
	const struct stop_path *path;
	const struct shape *shape;
	size_t i;

	if (check_tier() == 3)
		skip("requests are system calls");
	draw_away(16);
	left = vgr_thread_slot;
	if (!left->is_restartable)
		skip("this thread has no restartable sequences");
	in_thread(see_a_write);
	check_eq(nwrites, 1);
	if (sigaction(SIGTRAP, &action, NULL))
		hard_error("sigaction");

	for (shape = restart_shapes; shape->name; shape++) {
		if (shape->kind != BYTES || shape->len < 16)
			continue;
		path = restart_path(shape);
		for (i = 0; path && i < path->len; i++)
			if (is_full ? path->steps[i].nth < 3 ||
				      path->steps[i].nth == path->steps[i].nturns
				    : check_random() % path->len < NSAMPLES)
				run(shape, &path->steps[i]);
	}
	printf("%lu calls were carried away\n", naway);
	check(naway);
	return 0;
}

#else

int main(void)
{
	skip("there are no restartable sequences here");
}

#endif
