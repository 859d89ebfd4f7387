/* SPDX-License-Identifier: MIT */
/*
 * Claim: four threads share a page of keys, so a thread that once drew costs
 * about a kilobyte.  What it costs is printed.
 *
 * To see it fail: in take_bit of pool.c, look at every fourth slot only.
 */
#include <pthread.h>
#include <stdio.h>

#include "check-mapping.h"
#include "check-tier.h"
#include "check.h"

#define NTHREADS	400
#define STACK_LEN	((size_t)128 * 1024)	/* PTHREAD_STACK_MIN of aarch64 */

static pthread_barrier_t have_drawn, may_end;
static unsigned int nstates;

static void *hold_state(void *unused)
{
	uint8_t byte;

	check_eq(vgetrandom(&byte, 1, 0), 1);
	__atomic_fetch_add(&nstates, vgr_thread_has_slot(), __ATOMIC_RELAXED);
	pthread_barrier_wait(&have_drawn);
	pthread_barrier_wait(&may_end);
	return unused;
}

int main(void)
{
	size_t page_len = (size_t)sysconf(_SC_PAGESIZE), npages;
	pthread_t threads[NTHREADS];
	struct mapping before, after;
	pthread_attr_t attributes;
	int i;

	check_tier();
	before = mapping_of(own_state());
	pthread_barrier_init(&have_drawn, NULL, NTHREADS + 1);
	pthread_barrier_init(&may_end, NULL, NTHREADS + 1);
	pthread_attr_init(&attributes);
	if (pthread_attr_setstacksize(&attributes, STACK_LEN))
		hard_error("pthread_attr_setstacksize");
	for (i = 0; i < NTHREADS; i++)
		if (pthread_create(&threads[i], &attributes, hold_state, NULL))
			skip("no %d threads", NTHREADS);
	pthread_barrier_wait(&have_drawn);
	after = mapping_of(own_state());
	pthread_barrier_wait(&may_end);
	for (i = 0; i < NTHREADS; i++)
		pthread_join(threads[i], NULL);

	npages = (after.rss_len - before.rss_len) / page_len;
	printf("%d threads: %zu pages of keys, %zu bytes a thread, and %zu of "
	       "control block\n", NTHREADS, npages,
	       npages * page_len / NTHREADS, sizeof(struct vgr_slot));
	check_eq(nstates, NTHREADS);
	check(npages <= NTHREADS / (page_len / VGR_STATE_LEN) + 1);
	return 0;
}
