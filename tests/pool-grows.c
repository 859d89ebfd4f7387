/* SPDX-License-Identifier: MIT */
/*
 * Claim: when more threads are alive than the first arena has slots, the pool
 * grows: each thread has a slot of its own and is served; when they have ended,
 * all slots are free again and enough for as many more.
 *
 * To see it fail: have vgr_arenas_grow return false; or have vgr_arena_of look at
 * the first arena only.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "check-draw.h"
#include "check-tier.h"
#include "check.h"
#include "thread.h"

#define NMORE		1000		/* than the first arena has room for */
#define STACK_LEN	((size_t)128 * 1024)	/* PTHREAD_STACK_MIN of aarch64 */
#define PIECE_LEN	32
#define WORKER_LEN	(2 * PIECE_LEN)

struct worker {
	pthread_t thread;
	struct vgr_slot *slot;
	uint8_t bytes[WORKER_LEN];
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t change = PTHREAD_COND_INITIALIZER;
static size_t narrived;
static int may_end;

static void *work(void *argument)
{
	struct worker *me = argument;

	draw(me->bytes, PIECE_LEN);
	me->slot = vgr_thread_slot;

	pthread_mutex_lock(&mutex);
	narrived++;
	pthread_cond_broadcast(&change);
	while (!may_end)
		pthread_cond_wait(&change, &mutex);
	pthread_mutex_unlock(&mutex);

	draw(me->bytes + PIECE_LEN, PIECE_LEN);
	return NULL;
}

static int by_slot(const void *a, const void *b)
{
	uintptr_t left = (uintptr_t)((const struct worker *)a)->slot;
	uintptr_t right = (uintptr_t)((const struct worker *)b)->slot;

	return left < right ? -1 : left > right;
}

static struct vgetrandom_info live_and_die(struct worker *workers, size_t n)
{
	struct vgetrandom_info amid;
	pthread_attr_t attributes;
	size_t i;

	narrived = 0;
	may_end = 0;
	if (pthread_attr_init(&attributes) ||
	    pthread_attr_setstacksize(&attributes, STACK_LEN))
		hard_error("no memory");
	for (i = 0; i < n; i++)
		if (pthread_create(&workers[i].thread, &attributes, work,
				   &workers[i]))
			skip("no more than %zu threads on this machine", i);

	pthread_mutex_lock(&mutex);
	while (narrived < n)
		pthread_cond_wait(&change, &mutex);
	amid = info_now();
	may_end = 1;
	pthread_cond_broadcast(&change);
	pthread_mutex_unlock(&mutex);
	for (i = 0; i < n; i++)
		pthread_join(workers[i].thread, NULL);

	printf("%zu threads: %llu slots of %llu mapped\n", n,
	       (unsigned long long)amid.slots,
	       (unsigned long long)amid.slots_mapped);
	return amid;
}

static void check_workers(struct worker *workers, size_t n, int have_slots)
{
	size_t i;

	for (i = 0; i < n; i++)
		check_unique_windows(workers[i].bytes, WORKER_LEN);
	if (!have_slots)
		return;
	qsort(workers, n, sizeof(*workers), by_slot);
	check(workers[0].slot);
	for (i = 1; i < n; i++)
		check(workers[i].slot != workers[i - 1].slot);
}

int main(void)
{
	struct vgetrandom_info before, amid, amid_again, after;
	struct worker *workers;
	int can_grow;
	size_t n;

	if (check_tier() == 3)
		skip("requests are system calls: there are no slots");
	draw_away(16);
	before = info_now();

	/* Lockable memory may be at its limit: then system calls are right. */
	can_grow = before.memory == VGETRANDOM_MEMORY_DROPPABLE;

	n = (size_t)before.slots_mapped + NMORE;
	workers = calloc(n, sizeof(*workers));
	if (!workers)
		hard_error("no memory");
	amid = live_and_die(workers, n);
	check_workers(workers, n, can_grow);
	amid_again = live_and_die(workers, n);
	check_workers(workers, n, can_grow);
	after = info_now();

	check_eq(after.slots, before.slots);
	check_eq(amid.slots, amid_again.slots);
	check_eq(amid.slots_mapped, after.slots_mapped);
	if (can_grow) {
		check_eq(amid.slots, before.slots + n);
		check_eq(after.system_calls, before.system_calls);
	}
	return 0;
}
