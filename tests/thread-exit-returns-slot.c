/* SPDX-License-Identifier: MIT */
/*
 * Claim: 10,000 threads that each draw once and end leave no slot, no memory
 * and no secret behind.
 *
 * To see it fail: have vgr_thread_exit in thread.c return at once; or
 * vgr_pool_release in pool.c not wipe.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check-draw.h"
#include "check-tier.h"
#include "check.h"
#include "thread.h"

#define NTHREADS	10000
#define NTOGETHER	50
#define PIECE_LEN	32

struct worker {
	pthread_t thread;
	struct vgr_state *state;
	uint8_t bytes[PIECE_LEN];
};

/*
 * At first nobody ends before all have drawn: left to itself, a machine may run
 * them one after another, on one page.
 */
static pthread_barrier_t together;
static int are_together = 1;

static void *work(void *argument)
{
	struct worker *me = argument;

	draw(me->bytes, sizeof(me->bytes));
	if (are_together)
		pthread_barrier_wait(&together);
	if (vgr_thread_has_slot())
		me->state = vgr_thread_slot->state;
	return NULL;
}

/* KiB of the mapping around the address that are in memory. */
static long resident_kib(const void *address)
{
	FILE *maps = fopen("/proc/self/smaps", "r");
	uintptr_t start, end;
	char line[512];
	long kib = -1;
	int is_ours = 0;

	if (!maps)
		hard_error("no /proc/self/smaps");
	while (kib < 0 && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ",
			   &start, &end) == 2)
			is_ours = start <= (uintptr_t)address &&
				  (uintptr_t)address < end;
		else if (is_ours)
			sscanf(line, "Rss: %ld", &kib);
	}
	fclose(maps);
	check(kib >= 0);
	return kib;
}

static void live_and_die(struct worker *workers, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]))
			hard_error("no thread");
	for (i = 0; i < n; i++)
		pthread_join(workers[i].thread, NULL);
	for (i = 0; i < n; i++)
		check_unique_windows(workers[i].bytes, PIECE_LEN);
}

int main(void)
{
	struct worker workers[NTOGETHER] = { { 0 } };
	struct vgetrandom_info before, after;
	long kib_before, kib_after;
	int i, tier = check_tier();

	/* As many at once as there will ever be: so many pages there may be. */
	draw_away(16);
	pthread_barrier_init(&together, NULL, NTOGETHER);
	live_and_die(workers, NTOGETHER);
	are_together = 0;
	if (tier == 3)
		skip("requests are system calls: there are no slots");
	before = info_now();
	kib_before = resident_kib(vgr_thread_slot->state);

	for (i = 0; i < NTHREADS / 2; i++)
		live_and_die(workers, 1);
	for (i = 0; i < NTHREADS / 2 / NTOGETHER; i++)
		live_and_die(workers, NTOGETHER);

	for (i = 0; i < NTOGETHER; i++) {
		check(workers[i].state);
		check_eq(check_longest_zero_run(workers[i].state,
						VGR_STATE_LEN), VGR_STATE_LEN);
	}
	after = info_now();
	kib_after = resident_kib(vgr_thread_slot->state);
	printf("slots %" PRIu64 ", then %" PRIu64 "; %ld KiB, then %ld KiB\n",
	       before.slots, after.slots, kib_before, kib_after);
	check_eq(after.slots, before.slots);
	check_eq(after.slots_mapped, before.slots_mapped);
	check(kib_after <= kib_before);
	check_eq(after.system_calls, before.system_calls);
	return 0;
}
