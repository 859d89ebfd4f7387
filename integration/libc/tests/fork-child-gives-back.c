/* SPDX-License-Identifier: MIT */
/*
 * Claim: in the child of a process with 200 drawing threads their states are
 * free for its own threads, after fork and after _Fork; and no two processes
 * draw the same.
 *
 * To see it fail: leave out the call in _Fork.
 */
#include "libc.h"

#include <pthread.h>
#include <sys/wait.h>

#define NTHREADS 200

static pthread_barrier_t drawn, over;

static void *draw(void *buf)
{
	CHECK(getrandom(buf, 16, 0) == 16);
	pthread_barrier_wait(&drawn);
	pthread_barrier_wait(&over);
	return NULL;
}

static void start(unsigned char (*bufs)[16], pthread_t *threads)
{
	int i;

	CHECK(!pthread_barrier_init(&drawn, NULL, NTHREADS + 1));
	CHECK(!pthread_barrier_init(&over, NULL, NTHREADS + 1));
	for (i = 0; i < NTHREADS; i++)
		CHECK(!pthread_create(&threads[i], NULL, draw, bufs[i]));
	pthread_barrier_wait(&drawn);
}

static bool differ(unsigned char (*a)[16], unsigned char (*b)[16])
{
	int i, k;

	for (i = 0; i < NTHREADS; i++)
		for (k = 0; k < NTHREADS; k++)
			if (!memcmp(a[i], b[k], 16))
				return false;
	return true;
}

static void in_child(struct arena arena, size_t parents,
		     unsigned char (*theirs)[16])
{
	static unsigned char bufs[NTHREADS][16];
	static pthread_t threads[NTHREADS];

	start(bufs, threads);
	printf("pages: parent %zu, child %zu\n", parents, pages_in_use(arena));
	CHECK(pages_in_use(arena) <= parents + 1);
	CHECK(differ(bufs, theirs));
	fflush(stdout);
	_exit(0);
}

static void try(pid_t (*way)(void), struct arena arena,
		unsigned char (*bufs)[16])
{
	size_t parents = pages_in_use(arena);
	int status;
	pid_t child = way();

	CHECK(child >= 0);
	if (!child)
		in_child(arena, parents, bufs);
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(!status);
}

int main(void)
{
	static unsigned char bufs[NTHREADS][16];
	static pthread_t threads[NTHREADS];
	struct arena arena = check_tier();

	start(bufs, threads);
	try(fork, arena, bufs);
	try(_Fork, arena, bufs);
	return 0;
}
