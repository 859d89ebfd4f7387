/* SPDX-License-Identifier: MIT */
/*
 * Claim: the library does with its states what Linux demands of the vDSO: a
 * thousand odd requests are served whole, many threads each draw from a state
 * out of one mapping, and the kernel is never handed the caller's own buffer.
 *
 * To see it fail: make vgr_generator_fill return -EAGAIN.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "check-child.h"
#include "check-opaque.h"
#include "check-tier.h"
#include "check-watch.h"
#include "check.h"

#define NREQUESTS	1000
#define REQUEST_LEN	1263
#define NTHREADS	64
#define NSMALL		20000

static uint8_t buf[REQUEST_LEN], *states;

static void odd_requests(void)
{
	int i;

	for (i = 0; i < NREQUESTS; i++)
		opaque_draw(states, buf, sizeof(buf));
}

static void *small_requests(void *state)
{
	uint32_t word, previous = 0, nequal = 0;
	int i;

	for (i = 0; i < NSMALL; i++, previous = word) {
		opaque_draw(state, &word, sizeof(word));
		nequal += word == previous;
	}
	check(nequal < 4);
	return NULL;
}

/* Only keys come from the kernel: they lie in the state, not in buf. */
static void odd_requests_watched(void)
{
	watch_begin();
	odd_requests();
	watch_end();
}

int main(void)
{
	struct watched seen = { .buf = buf, .buf_len = sizeof(buf) };
	pthread_t threads[NTHREADS];
	size_t i;

	check_tier();
	states = opaque_states(NTHREADS + 1);
	odd_requests();
	check(check_longest_zero_run(buf, sizeof(buf)) < 8);

	for (i = 0; i < NTHREADS; i++)
		if (pthread_create(&threads[i], NULL, small_requests,
				   states + (i + 1) * OPAQUE_STATE_LEN))
			hard_error("pthread_create");
	for (i = 0; i < NTHREADS; i++)
		pthread_join(threads[i], NULL);

	watch(&seen, odd_requests_watched);
	pass_on(seen.status);
	printf("%lu getrandom system calls for %d requests, %lu for keys\n",
	       seen.ngetrandom, NREQUESTS, seen.nkeys);
	check_eq(seen.ninto_buf, 0);
	check_eq(seen.nothers, 0);
	check(seen.ngetrandom < NREQUESTS / 10);
	return 0;
}
