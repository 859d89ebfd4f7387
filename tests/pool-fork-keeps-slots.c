/* SPDX-License-Identifier: MIT */
/*
 * Claim: a fork child gets back the slots of the threads that are not in it,
 * but none that a call was inside of or that was left behind, nor its own; and
 * no slot is given out twice.  A child of raw clone() gets back none.
 *
 * To see it fail: in is_lost of pool.c, leave out the test of inside, or of
 * VGR_SLOT_ORPHANED, or of the survivor; or let it return false.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check-clone.h"
#include "check-inside.h"
#include "check-slot.h"
#include "check-tier.h"
#include "check.h"
#include "pool.h"
#include "vgetrandom.h"

static struct vgr_slot *idle, *busy, *left_behind, *successor, *leaving;
static sem_t is_there, may_go;

static void draw(void)
{
	uint8_t bytes[16];

	check_eq(vgetrandom(bytes, sizeof(bytes), 0), sizeof(bytes));
}

static void wait_until_told(void)
{
	sem_post(&is_there);
	sem_wait(&may_go);
}

/* ---- Threads of the parent ----------------------------------------------- */

static void *stay_idle(void *unused)
{
	draw();
	idle = vgr_thread_slot;
	wait_until_told();
	return unused;
}

static void *stay_inside(void *unused)
{
	uint8_t *buf = inside_arm(32, 16, wait_until_told);

	draw();
	busy = vgr_thread_slot;
	check_eq(vgetrandom(buf, 32, 0), 32);
	check_eq(inside_disarm(), 1);
	return unused;
}

/* Inside a call, a handler draws until the thread has another slot. */
static void leave_slot_behind(void)
{
	left_behind = vgr_thread_slot;
	while (vgr_thread_slot == left_behind)
		draw();
	successor = vgr_thread_slot;
	wait_until_told();
}

static void *have_two_slots(void *unused)
{
	uint8_t *buf = inside_arm(32, 16, leave_slot_behind);

	draw();
	check_eq(vgetrandom(buf, 32, 0), 32);
	check_eq(inside_disarm(), 1);
	return unused;
}

/* As a frame that leaves such a slot has it between two instructions. */
static void leave_for_ever(void)
{
	static int nobody;

	leaving = vgr_pool_claim(0);
	check(leaving);
	vgr_pool_open(leaving, &nobody);
	leaving->flags |= VGR_SLOT_ORPHANED;
}

/* ---- The child ----------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	uintptr_t left = *(const uintptr_t *)a, right = *(const uintptr_t *)b;

	return left < right ? -1 : left > right;
}

static int is_among(const struct vgr_slot *slot, struct vgr_slot **slots,
		    size_t nslots)
{
	return bsearch(&slot, slots, nslots, sizeof(*slots), compare) != NULL;
}

/* Claims every slot that is free, and looks which they are. */
static void claim_all(int is_raw)
{
	struct vgetrandom_info info = { .size = sizeof(info) };
	struct vgr_slot **slots;
	size_t n, i;

	vgetrandom_info(&info);
	n = (size_t)info.slots_mapped;
	slots = calloc(n, sizeof(*slots));
	if (!slots)
		hard_error("no memory");
	for (i = 0; i < n; i++) {
		slots[i] = vgr_pool_claim(0);
		if (!slots[i])		/* no further arena to be had */
			break;
	}
	n = i;
	qsort(slots, n, sizeof(*slots), compare);

	for (i = 1; i < n; i++)
		check(slots[i] != slots[i - 1]);
	check(!is_among(vgr_thread_slot, slots, n));
	check(!is_among(busy, slots, n));
	check(!is_among(left_behind, slots, n));
	check(!is_among(leaving, slots, n));
	check_eq(is_among(idle, slots, n), !is_raw);
	check_eq(is_among(successor, slots, n), !is_raw);
}

static void *draw_in_thread(void *unused)
{
	draw();
	check(vgr_thread_slot != busy && vgr_thread_slot != left_behind);
	return unused;
}

static void live_as_child(int is_raw)
{
	pthread_t thread;

	draw();
	if (pthread_create(&thread, NULL, draw_in_thread, NULL) ||
	    pthread_join(thread, NULL))
		hard_error("no thread");
	claim_all(is_raw);
	draw();
	_exit(0);
}

static void make_child(int is_raw)
{
	int status;
	pid_t pid = is_raw ? raw_clone(SIGCHLD) : fork();

	if (pid < 0)
		hard_error("no process");
	if (!pid)
		live_as_child(is_raw);
	check_eq(waitpid(pid, &status, 0), pid);
	check_eq(status, 0);
}

static void make_child_inside(void)
{
	check(is_inside_a_call());
	make_child(0);
}

int main(void)
{
	static void *(*const lives[])(void *) = {
		stay_idle, stay_inside, have_two_slots,
	};
	pthread_t threads[3];
	uint8_t *buf;
	int i;

	take_the_door();
	if (check_tier() == 3)
		skip("requests are system calls: there are no slots");
	inside_init(0);
	sem_init(&is_there, 0, 0);
	sem_init(&may_go, 0, 0);
	draw();

	for (i = 0; i < 3; i++) {
		if (pthread_create(&threads[i], NULL, lives[i], NULL))
			hard_error("no thread");
		sem_wait(&is_there);
	}
	check(busy->inside >= 0);
	check(left_behind->flags & VGR_SLOT_ORPHANED);

	leave_for_ever();
	make_child(0);
	make_child(1);
	buf = inside_arm(32, 16, make_child_inside);
	check_eq(vgetrandom(buf, 32, 0), 32);
	check_eq(inside_disarm(), 1);

	for (i = 0; i < 3; i++)
		sem_post(&may_go);
	for (i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
