/* SPDX-License-Identifier: MIT */
/*
 * Claim: when the kernel reseeds (RNDRESEEDCRNG), every thread takes a new key
 * from it at its next request, also in the middle of one, and what was left of
 * the old batch is never given out.
 *
 * To see it fail: have vgr_generation_quick and vgr_generation_is_current in
 * generation.{h,c} take any stamp but zero for a current one.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "check-draw.h"
#include "check-inside.h"
#include "check-slot.h"
#include "check-tier.h"
#include "check.h"

#define NTHREADS	8
#define NROUNDS		50
#define PIECE_LEN	32

static int device;
static pthread_barrier_t barrier;

static void reseed_kernel(void)
{
	if (ioctl(device, RNDRESEEDCRNG))
		hard_error("RNDRESEEDCRNG");
}

/* Before and after a reseed that another thread makes between barriers. */
static void *draw_round_by_round(void *unused)
{
	uint8_t old_batch[VGR_BATCH_LEN], bytes[PIECE_LEN];
	uint64_t nkeys;
	int round, i;

	for (round = 0; round < NROUNDS; round++) {
		draw(bytes, PIECE_LEN);
		nkeys = vgr_thread_slot->nkernel_keys;
		memcpy(old_batch, vgr_thread_slot->state->batch, VGR_BATCH_LEN);

		pthread_barrier_wait(&barrier);
		pthread_barrier_wait(&barrier);

		draw(bytes, PIECE_LEN);
		check(vgr_thread_slot->nkernel_keys > nkeys);
		for (i = 0; i + 8 <= PIECE_LEN; i += 8)
			check(!check_contains(old_batch, VGR_BATCH_LEN,
					      bytes + i, 8));
	}
	return unused;
}

/* A request that is inside meanwhile. */
static void check_inside(size_t len, size_t stop_at)
{
	uint8_t old_batch[VGR_BATCH_LEN], *buf;
	uint64_t nkeys;
	size_t i;

	draw_away(1);
	nkeys = vgr_thread_slot->nkernel_keys;
	memcpy(old_batch, vgr_thread_slot->state->batch, VGR_BATCH_LEN);
	buf = inside_arm(len, stop_at, reseed_kernel);
	draw(buf, len);
	check(vgr_thread_slot->nkernel_keys > nkeys);
	for (i = 0; i + 8 <= len; i += 8)
		check(!check_contains(old_batch, VGR_BATCH_LEN, buf + i, 8));
	check_eq(inside_disarm(), 1);
}

int main(void)
{
	pthread_t threads[NTHREADS];
	struct vgetrandom_info before, after;
	int i, tier = check_tier();

	if (tier == 3 ||
	    !(info_now().generation & VGETRANDOM_GENERATION_KERNEL))
		skip("the kernel's word is not compared here");
	device = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	if (device < 0 || ioctl(device, RNDRESEEDCRNG))
		skip("RNDRESEEDCRNG is refused (%s): root can",
		     strerror(errno));
	inside_init(0);

	pthread_barrier_init(&barrier, NULL, NTHREADS + 1);
	for (i = 0; i < NTHREADS; i++)
		if (pthread_create(&threads[i], NULL, draw_round_by_round,
				   NULL))
			hard_error("no thread");
	before = info_now();
	for (i = 0; i < NROUNDS; i++) {
		pthread_barrier_wait(&barrier);
		reseed_kernel();
		pthread_barrier_wait(&barrier);
	}
	for (i = 0; i < NTHREADS; i++)
		pthread_join(threads[i], NULL);
	after = info_now();
	printf("%d threads, %d reseeds: %lld keys from the kernel\n", NTHREADS,
	       NROUNDS, (long long)(after.kernel_keys - before.kernel_keys));

	for (i = 0; i < 20; i++) {
		check_inside(100, 48);
		check_inside(1500, 1400);
		check_inside(20000, 9000);
	}
	return 0;
}
