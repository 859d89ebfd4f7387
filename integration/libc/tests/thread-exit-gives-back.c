/* SPDX-License-Identifier: MIT */
/*
 * Claim: a thread's state goes back when it ends, after its last destructor,
 * which may still draw; 2000 threads that draw one after the other need no more
 * memory than the few that live at a time.
 *
 * To see it fail: leave out the call in start_thread (__pthread_exit).
 */
#include "libc.h"

#include <pthread.h>

#define NTHREADS 2000

static pthread_key_t key;
static unsigned int ndestroyed;

static void draw_again(void *value)
{
	unsigned char buf[16] = { 0 };

	CHECK(getrandom(buf, sizeof(buf), 0) == sizeof(buf));
	ndestroyed++;
	/* Once more: these come back until nobody sets any. */
	if (value == &key)
		pthread_setspecific(key, &ndestroyed);
}

static void *draw(void *unused)
{
	char buf[16];

	pthread_setspecific(key, &key);
	CHECK(getrandom(buf, sizeof(buf), 0) == sizeof(buf));
	return unused;
}

int main(void)
{
	struct arena arena = check_tier();
	pthread_t thread;
	size_t before;
	int i;

	CHECK(!pthread_key_create(&key, draw_again));
	before = pages_in_use(arena);
	for (i = 0; i < NTHREADS; i++) {
		CHECK(!pthread_create(&thread, NULL, draw, NULL));
		CHECK(!pthread_join(thread, NULL));
	}
	printf("pages: %zu, after %d threads %zu\n", before, NTHREADS,
	       pages_in_use(arena));
	CHECK(ndestroyed == 2 * NTHREADS);
	CHECK(pages_in_use(arena) <= before + 1);
	return 0;
}
