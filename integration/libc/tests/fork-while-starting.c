/* SPDX-License-Identifier: MIT */
/*
 * Claim: a process forked while another of its threads makes the first draw,
 * and so sets things up, is not left half set up: its own draws are served in
 * user space, and differ from the parent's.
 *
 * To see it fail: in the host's fork child leave "under way" as it is.
 */
#include "libc.h"

#include <pthread.h>
#include <sys/wait.h>

#define NTRIES 300

static pthread_barrier_t both;
static unsigned char first[16];

static void *draw_first(void *unused)
{
	pthread_barrier_wait(&both);
	CHECK(getrandom(first, sizeof(first), 0) == sizeof(first));
	return unused;
}

/* In a process that has not drawn yet; forks some time into the first draw. */
static void try(unsigned int delay)
{
	unsigned char buf[16];
	volatile unsigned int n;
	pthread_t thread;
	pid_t child;
	int status;

	CHECK(!pthread_barrier_init(&both, NULL, 2));
	CHECK(!pthread_create(&thread, NULL, draw_first, NULL));
	pthread_barrier_wait(&both);
	for (n = 0; n < delay; n++)
		;
	child = fork();
	CHECK(child >= 0);
	if (!child) {
		CHECK(getrandom(buf, sizeof(buf), 0) == sizeof(buf));
		CHECK(memcmp(buf, first, sizeof(buf)));
		/* The largest is the arena, of megabytes; a witness is a page. */
		_exit(find_arena().high - find_arena().low >= 1 << 16 ? 0 : 2);
	}
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(!pthread_join(thread, NULL));
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

int main(void)
{
	unsigned int i;
	int status;
	pid_t child;

	for (i = 0; i < NTRIES; i++) {
		child = fork();
		CHECK(child >= 0);
		if (!child)
			try(i * 100 % 30000);
		CHECK(waitpid(child, &status, 0) == child);
		if (status && !kernel_has_droppable()) {
			puts("SKIP: this kernel has no MAP_DROPPABLE, by which the states are found");
			return SKIP;
		}
		CHECK(!status);
	}
	check_tier();
	return 0;
}
