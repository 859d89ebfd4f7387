/* SPDX-License-Identifier: MIT */
/*
 * Claim: when 64 threads fork all the time, no 16-byte window of what parents
 * and children draw occurs twice.
 *
 * To see it fail: have generation.{h,c} take a stamp of zero for a current one.
 *
 * VGR_TEST_FULL=1: 1000 forks a thread.  VGR_TEST_EMULATED=1: 4, as each takes
 * 40 ms there.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check-clone.h"
#include "check-draw.h"
#include "check-tier.h"
#include "check.h"

#define NTHREADS	64
#define PIECE_LEN	24

/* What one fork gives: three draws in either process. */
struct record {
	uint8_t parent[3][PIECE_LEN];
	uint8_t child[3][PIECE_LEN];
	uint8_t childs_thread[PIECE_LEN];
};

static struct record *records;		/* shared with the children */
static long nforks;

static void draw_piece(uint8_t *to)
{
	if (vgetrandom(to, PIECE_LEN, 0) != PIECE_LEN)
		_exit(1);
}

static void *draw_in_thread(void *to)
{
	draw_piece(to);
	return NULL;
}

static void live_as_child(struct record *record, int may_have_threads)
{
	pthread_t thread;
	int i;

	for (i = 0; i < 3; i++)
		draw_piece(record->child[i]);
	if (may_have_threads) {
		if (pthread_create(&thread, NULL, draw_in_thread,
				   record->childs_thread) ||
		    pthread_join(thread, NULL))
			_exit(99);
	} else {
		draw_piece(record->childs_thread);
	}
	_exit(0);
}

/* By turns through libc, with its fork handlers, and past it. */
static void *fork_often(void *argument)
{
	struct record *record = records + (long)argument * nforks;
	int i, status, is_raw;
	long n;
	pid_t pid;

	for (n = 0; n < nforks; n++, record++) {
		is_raw = n % 2;
		pid = is_raw ? raw_clone(SIGCHLD) : fork();
		if (pid < 0)
			hard_error("no process");
		if (!pid)
			live_as_child(record, !is_raw && !UNDER_ASAN);
		for (i = 0; i < 3; i++)
			draw_piece(record->parent[i]);
		check_eq(waitpid(pid, &status, 0), pid);
		check_eq(status, 0);
	}
	return NULL;
}

int main(void)
{
	pthread_t threads[NTHREADS];
	size_t len;
	long i;

	check_tier();
	nforks = getenv("VGR_TEST_FULL") ? 1000 :
		 getenv("VGR_TEST_EMULATED") ? 4 : 60;
	len = (size_t)(NTHREADS * nforks) * sizeof(*records);
	records = mmap(NULL, len, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (records == MAP_FAILED)
		hard_error("no shared memory");

	for (i = 0; i < NTHREADS; i++)
		if (pthread_create(&threads[i], NULL, fork_often, (void *)i))
			hard_error("no thread");
	for (i = 0; i < NTHREADS; i++)
		pthread_join(threads[i], NULL);

	printf("%ld forks\n", NTHREADS * nforks);
	check_unique_windows(records, len);
	return 0;
}
