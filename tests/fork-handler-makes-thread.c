/* SPDX-License-Identifier: MIT */
/*
 * Claim: a thread that another library's fork handler makes in the child,
 * before ours has run there, shares no slot with anyone.
 *
 * To see it fail: in vgr_pool_fork_child of pool.c, give back the slots of all
 * threads but the survivor, whenever they were claimed.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check-slot.h"
#include "check-tier.h"
#include "check.h"
#include "vgetrandom.h"

#define NTHREADS	8		/* in the child, after the fork */
#define STREAM_LEN	4096

struct worker {
	struct vgr_slot *slot;
	uint8_t bytes[STREAM_LEN];
};

static struct worker early, late[NTHREADS];
static sem_t has_drawn, may_end;
static int is_registered;

/* Draws, and lives on with its slot. */
static void *work(void *argument)
{
	struct worker *me = argument;

	check_eq(vgetrandom(me->bytes, STREAM_LEN / 2, 0), STREAM_LEN / 2);
	me->slot = vgr_thread_slot;
	sem_post(&has_drawn);
	sem_wait(&may_end);
	check_eq(vgetrandom(me->bytes + STREAM_LEN / 2, STREAM_LEN / 2, 0),
		 STREAM_LEN / 2);
	sem_post(&has_drawn);
	return NULL;
}

static void start(struct worker *worker)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, work, worker))
		hard_error("no thread");
	sem_wait(&has_drawn);
}

static void start_early(void)
{
	start(&early);
}

/* Before any constructor: child handlers run in the order they came in. */
static void register_early(void)
{
	is_registered = !pthread_atfork(NULL, NULL, start_early);
}

__attribute__((section(".preinit_array"), used))
static void (*const run_first)(void) = register_early;

static void live_as_child(void)
{
	int i, j;

	for (i = 0; i < NTHREADS; i++)
		start(&late[i]);
	for (i = 0; i < NTHREADS + 1; i++)
		sem_post(&may_end);
	for (i = 0; i < NTHREADS + 1; i++)
		sem_wait(&has_drawn);

	for (i = 0; i < NTHREADS; i++) {
		check(late[i].slot != early.slot);
		for (j = 0; j < i; j++)
			check(late[i].slot != late[j].slot);
		check_unique_windows(late[i].bytes, STREAM_LEN);
	}
	check_unique_windows(early.bytes, STREAM_LEN);
	_exit(0);
}

int main(void)
{
	uint8_t first[16];
	int status;
	pid_t pid;

	if (check_tier() == 3)
		skip("requests are system calls: there are no slots");
	if (!is_registered)
		skip("this C library runs nothing before constructors");
	sem_init(&has_drawn, 0, 0);
	sem_init(&may_end, 0, 0);
	check_eq(vgetrandom(first, sizeof(first), 0), sizeof(first));

	pid = fork();
	if (pid < 0)
		hard_error("no process");
	if (!pid)
		live_as_child();
	check_eq(waitpid(pid, &status, 0), pid);
	check_eq(status, 0);
	return 0;
}
