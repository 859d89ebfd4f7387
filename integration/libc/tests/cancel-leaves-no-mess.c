/* SPDX-License-Identifier: MIT */
/*
 * Claim: a thread with a cancellation pending draws all the same (POSIX lets
 * getrandom be a cancellation point, and it is none); one that is cancelled
 * asynchronously inside a draw ends, and its state is given back, as good as
 * new: threads that get it make no system call for a draw.
 *
 * To see it fail: serve getrandom by a cancellable system call; for the states,
 * let vgr_host_stack give no answer, or run it with glibc 2.41 as it is.
 */
#include "libc.h"

#include "filter.h"

#include <pthread.h>

#define NTHREADS 500

static void *draw_when_pending(void *unused)
{
	char buf[16];

	pthread_cancel(pthread_self());
	CHECK(getrandom(buf, sizeof(buf), 0) == sizeof(buf));
	CHECK(!getentropy(buf, sizeof(buf)));
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	return unused;
}

static void *draw_until_cancelled(void *began)
{
	static __thread char buf[4096];

	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	for (;;) {
		getrandom(buf, sizeof(buf), 0);
		*(volatile int *)began = 1;
	}
	return NULL;
}

static void *draw_in_user_space(void *unused)
{
	char buf[16];
	int i;

	for (i = 0; i < 100; i++)
		CHECK(getrandom(buf, sizeof(buf), 0) == sizeof(buf));
	return unused;
}

int main(void)
{
	struct arena arena = check_tier();
	size_t before = pages_in_use(arena);
	pthread_t thread;
	void *result;
	int i;

	CHECK(!pthread_create(&thread, NULL, draw_when_pending, &i));
	CHECK(!pthread_join(thread, &result));
	CHECK(result == &i);

	for (i = 0; i < NTHREADS; i++) {
		volatile int began = 0;

		CHECK(!pthread_create(&thread, NULL, draw_until_cancelled,
				      (void *)&began));
		while (!began)
			usleep(1);
		usleep((unsigned int)i % 50);
		CHECK(!pthread_cancel(thread));
		CHECK(!pthread_join(thread, &result));
		CHECK(result == PTHREAD_CANCELED);
	}
	printf("pages: %zu, after %d cancelled threads %zu\n", before, NTHREADS,
	       pages_in_use(arena));
	CHECK(pages_in_use(arena) <= before + 2);

	refuse_requests();
	CHECK(!pthread_create(&thread, NULL, draw_in_user_space, NULL));
	CHECK(!pthread_join(thread, NULL));
	return 0;
}
