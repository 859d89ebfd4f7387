/* SPDX-License-Identifier: MIT */
/*
 * Claim: from the return of vgetrandom_reseed() on, no thread of the process is
 * served from a key made before it, whether it draws, is inside a request, or
 * keeps its state itself; each takes a new one from the kernel.
 *
 * To see it fail: have vgr_pool_mark_stale in pool.c mark nothing; or have
 * vgetrandom_reseed in library.c not call vgr_generation_bump.
 */
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

#include "check-draw.h"
#include "check-inside.h"
#include "check-slot.h"
#include "check-tier.h"
#include "check.h"

#define NTHREADS	8
#define NROUNDS		100
#define PIECE_LEN	32

static pthread_barrier_t barrier;

/* Nothing of the old batch, which may be drawn from at any place. */
static void check_is_new(const uint8_t *bytes, size_t len,
			 const uint8_t *old_batch)
{
	size_t i;

	for (i = 0; i + 8 <= len; i += 8)
		check(!check_contains(old_batch, VGR_BATCH_LEN, bytes + i, 8));
}

static void *draw_round_by_round(void *unused)
{
	uint8_t old_batch[VGR_BATCH_LEN], bytes[PIECE_LEN];
	uint64_t nkeys;
	int round;

	for (round = 0; round < NROUNDS; round++) {
		draw(bytes, PIECE_LEN);
		nkeys = vgr_thread_slot->nkernel_keys;
		memcpy(old_batch, vgr_thread_slot->state->batch, VGR_BATCH_LEN);
		pthread_barrier_wait(&barrier);
		pthread_barrier_wait(&barrier);
		draw(bytes, PIECE_LEN);
		check(vgr_thread_slot->nkernel_keys > nkeys);
		check_is_new(bytes, PIECE_LEN, old_batch);
	}
	return unused;
}

/* Stopped inside: the other thread reseeds now. */
static void let_other_reseed(void)
{
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
}

static void *be_inside(void *unused)
{
	static const size_t requests[][2] = {
		{ 100, 48 }, { 1500, 1400 }, { 20000, 9000 },
	};
	uint8_t old_batch[VGR_BATCH_LEN], *buf;
	uint64_t nkeys;
	int round;

	for (round = 0; round < NROUNDS; round++) {
		size_t len = requests[round % 3][0];

		draw_away(1);
		nkeys = vgr_thread_slot->nkernel_keys;
		memcpy(old_batch, vgr_thread_slot->state->batch, VGR_BATCH_LEN);
		buf = inside_arm(len, requests[round % 3][1], let_other_reseed);
		draw(buf, len);
		check(vgr_thread_slot->nkernel_keys > nkeys);
		check_is_new(buf, len, old_batch);
		check_eq(inside_disarm(), 1);
	}
	return unused;
}

/* Whoever keeps the state itself: no mark of ours is in it, but the stamp. */
static void check_opaque(void)
{
	struct vgetrandom_opaque_params parameters;
	uint8_t old_batch[VGR_BATCH_LEN], bytes[PIECE_LEN];
	struct vgr_state *state;

	if (vgetrandom_opaque(NULL, 0, 0, &parameters, ~0ul))
		return;
	state = mmap(NULL, 65536, (int)parameters.mmap_prot,
		     (int)parameters.mmap_flags, -1, 0);
	if (state == MAP_FAILED)
		hard_error("no memory for a state");
	check_eq(vgetrandom_opaque(bytes, PIECE_LEN, 0, state, sizeof(*state)),
		 PIECE_LEN);
	memcpy(old_batch, state->batch, VGR_BATCH_LEN);
	vgetrandom_reseed();
	check_eq(vgetrandom_opaque(bytes, PIECE_LEN, 0, state, sizeof(*state)),
		 PIECE_LEN);
	check_is_new(bytes, PIECE_LEN, old_batch);
	munmap(state, 65536);
}

static void run(void *(*life)(void *))
{
	pthread_t threads[NTHREADS];
	int i;

	pthread_barrier_init(&barrier, NULL, NTHREADS + 1);
	for (i = 0; i < NTHREADS; i++)
		if (pthread_create(&threads[i], NULL, life, NULL))
			hard_error("no thread");
	for (i = 0; i < NROUNDS; i++) {
		pthread_barrier_wait(&barrier);
		vgetrandom_reseed();
		pthread_barrier_wait(&barrier);
	}
	for (i = 0; i < NTHREADS; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&barrier);
}

/* ---- And all at once, without any order --------------------------------- */

static int is_over;

static void *draw_all_the_time(void *unused)
{
	static const size_t lens[] = { 16, 32, 500, 2000, 17000 };
	uint8_t bytes[17000];
	size_t i;

	for (i = 0; !__atomic_load_n(&is_over, __ATOMIC_RELAXED); i++) {
		draw(bytes, lens[i % 5]);
		check(check_longest_zero_run(bytes, lens[i % 5]) < 8);
	}
	return unused;
}

int main(void)
{
	pthread_t threads[NTHREADS];
	int i;

	if (check_tier() == 3)
		skip("requests are system calls: there is no key");
	inside_init(0);
	run(draw_round_by_round);
	run(be_inside);
	for (i = 0; i < 20; i++)
		check_opaque();

	for (i = 0; i < NTHREADS; i++)
		if (pthread_create(&threads[i], NULL, draw_all_the_time, NULL))
			hard_error("no thread");
	for (i = 0; i < 20000; i++)
		vgetrandom_reseed();
	__atomic_store_n(&is_over, 1, __ATOMIC_RELAXED);
	for (i = 0; i < NTHREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
