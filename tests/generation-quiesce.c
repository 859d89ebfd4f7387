/* SPDX-License-Identifier: MIT */
/*
 * Claim: after vgetrandom_quiesce() no key and no batch of the process is in
 * memory and each request is a system call, in every thread, in a fork child,
 * and in a request that was inside meanwhile, until vgetrandom_reseed().
 *
 * To see it fail: have vgr_arenas_drop in arenas.c drop nothing; or leave out
 * vgr_generation_set_quiesced(true), or vgr_pool_mark_stale, in library.c.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check-draw.h"
#include "check-inside.h"
#include "check-slot.h"
#include "check-tier.h"
#include "check.h"

#define NTHREADS	8
#define NROUNDS		20

static pthread_barrier_t barrier;
static struct vgr_slot *slots[NTHREADS];

static void meet(void)
{
	pthread_barrier_wait(&barrier);
}

/* Between the two the first thread does what is to be done. */
static void let_it_happen(void)
{
	meet();
	meet();
}

static int is_empty(const struct vgr_state *state)
{
	return check_longest_zero_run(state, VGR_STATE_LEN) == VGR_STATE_LEN;
}

static void *live(void *argument)
{
	static const size_t requests[][2] = {
		{ 100, 48 }, { 1500, 1400 }, { 20000, 9000 }, { 16, 0 },
	};
	long me = (long)argument;
	uint8_t old_batch[VGR_BATCH_LEN], *buf;
	size_t round, i, len, stop_at;

	for (round = 0; round < NROUNDS; round++) {
		len = requests[round % 4][0];
		stop_at = requests[round % 4][1];

		/* Half of the threads are inside a request when it happens. */
		draw_away(16);
		slots[me] = vgr_thread_slot;
		check(!is_empty(slots[me]->state));
		memcpy(old_batch, slots[me]->state->batch, VGR_BATCH_LEN);
		if (me % 2) {
			buf = inside_arm(len, stop_at, let_it_happen);
			draw(buf, len);
			for (i = 0; i + 8 <= len; i += 8)
				check(!check_contains(old_batch, VGR_BATCH_LEN,
						      buf + i, 8));
			check(check_longest_zero_run(buf, len) < 8);
			check_eq(inside_disarm(), 1);
		} else {
			let_it_happen();
		}
		draw_away(3000);
		check(is_empty(slots[me]->state));
		let_it_happen();
		draw_away(16);
		check(!is_empty(slots[me]->state));
	}
	return NULL;
}

static void check_child(void)
{
	struct vgetrandom_info before = info_now();
	int status;
	pid_t pid = fork();

	if (pid < 0)
		hard_error("no process");
	if (!pid) {
		draw_away(100);
		check_eq(info_now().system_calls, before.system_calls + 1);
		check_eq(info_now().kernel_keys, before.kernel_keys);
		_exit(0);
	}
	check_eq(waitpid(pid, &status, 0), pid);
	check_eq(status, 0);
}

static void be_quiet(void)
{
	struct vgetrandom_info before, after;

	check_eq(vgetrandom_quiesce(), 0);
	before = info_now();
	check(!before.is_active);
	check(before.why_not);
	draw_away(16);
	draw_away(1000);
	vgetrandom_u32();
	check(vgetrandom_prepare() < 0);
	after = info_now();
	check(after.system_calls - before.system_calls >= 3);
}

int main(void)
{
	pthread_t threads[NTHREADS];
	struct vgetrandom_info before, after;
	long i;
	int round;

	if (check_tier() == 3)
		skip("requests are system calls: there is no key");
	inside_init(0);
	draw_away(16);
	be_quiet();
	check_child();
	check(is_empty(vgr_thread_slot->state));
	vgetrandom_reseed();
	check(info_now().is_active);

	pthread_barrier_init(&barrier, NULL, NTHREADS + 1);
	for (i = 0; i < NTHREADS; i++)
		if (pthread_create(&threads[i], NULL, live, (void *)i))
			hard_error("no thread");
	for (round = 0; round < NROUNDS; round++) {
		meet();
		be_quiet();
		for (i = 0; i < NTHREADS; i++)
			check(is_empty(slots[i]->state));
		before = info_now();
		meet();

		meet();
		after = info_now();
		check_eq(after.kernel_keys, before.kernel_keys);
		check(after.system_calls >= before.system_calls + NTHREADS);
		vgetrandom_reseed();
		meet();
	}
	for (i = 0; i < NTHREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
