/* SPDX-License-Identifier: MIT */
/*
 * opaque.c - vgetrandom_opaque(): states that the caller keeps, in the shape
 * of the kernel's own vDSO call.
 *
 * No thread-local storage, for runtimes whose threads libc does not know.  All
 * of such a state lies in a page that may be dropped, so what must survive a
 * drop, that a call is inside, is kept here: in a table by address.
 */
#include "vgetrandom.h"

#include <errno.h>
#include <linux/mman.h>
#include <stdbool.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#include "api.h"
#include "base.h"
#include "generator.h"
#include "pages.h"
#include "thread.h"

#ifndef MAP_DROPPABLE
#define MAP_DROPPABLE	0x08
#endif

/* States of calls that are inside now.  0: a free place. */
#define NBUCKETS	256
#define NPLACES		4

static struct bucket {
	uintptr_t state[NPLACES];
	uintptr_t frame[NPLACES];	/* 0 unless the state's call is inside */
	const void *thread[NPLACES];	/* that took the place last */
} buckets[NBUCKETS] __attribute__((aligned(64)));

struct place {
	uintptr_t *state, *frame;	/* NULL: the state cannot be entered */
};

static struct bucket *bucket_of(uintptr_t state)
{
	uint64_t hash = (uint64_t)(state / VGR_STATE_LEN) * 0x9e3779b97f4a7c15;

	return &buckets[hash >> 56];
}

static bool is_elsewhere(const struct bucket *bucket, int here, uintptr_t state)
{
	int i;

	for (i = 0; i < NPLACES; i++)
		if (i != here && __atomic_load_n(&bucket->state[i],
						 __ATOMIC_ACQUIRE) == state)
			return true;
	return false;
}

/*
 * Marks the state as in use.  Fails if it is already, or if there is no place
 * to note it; as in thread.c, a call with our own frame can only be dead.
 *
 * A call of its own, so that what it keeps in registers costs the deepest chain
 * of calls no stack.
 */
static __attribute__((noinline)) struct place enter(uintptr_t state, uintptr_t frame)
{
	struct bucket *bucket = bucket_of(state);
	struct place place = { NULL, NULL };
	uintptr_t nobody;
	int i;

	for (i = 0; i < NPLACES; i++) {
		if (__atomic_load_n(&bucket->state[i], __ATOMIC_RELAXED) != state)
			continue;
		if (bucket->frame[i] == frame) {
			vgr_wipe((void *)state, VGR_STATE_LEN);
			place.state = &bucket->state[i];
			place.frame = &bucket->frame[i];
		}
		return place;
	}

	for (i = 0; i < NPLACES; i++) {
		nobody = 0;
		if (!__atomic_compare_exchange_n(&bucket->state[i], &nobody,
						 state, false, __ATOMIC_ACQUIRE,
						 __ATOMIC_RELAXED))
			continue;
		/*
		 * A handler may have slept between the loops while another call
		 * took the state: who finds a second place gives way.
		 */
		if (is_elsewhere(bucket, i, state)) {
			__atomic_store_n(&bucket->state[i], 0, __ATOMIC_RELEASE);
			break;
		}
		bucket->thread[i] = vgr_thread_identity();
		bucket->frame[i] = frame;
		place.state = &bucket->state[i];
		place.frame = &bucket->frame[i];
		break;
	}
	return place;
}

static void leave(struct place place)
{
	/* The frame first: a place that is free names no frame. */
	*place.frame = 0;
	__atomic_store_n(place.state, 0, __ATOMIC_RELEASE);
}

/*
 * Their states read as zero here.  A call that had not yet said whose it is
 * keeps its place.
 */
void vgr_opaque_fork_child(void)
{
	const void *survivor = vgr_thread_identity();
	int i, j;

	for (i = 0; i < NBUCKETS; i++)
		for (j = 0; j < NPLACES; j++)
			if (buckets[i].frame[j] &&
			    buckets[i].thread[j] != survivor) {
				buckets[i].frame[j] = 0;
				buckets[i].state[j] = 0;
			}
}

static ssize_t answer_what_a_state_is(struct vgetrandom_opaque_params *params)
{
	if (!vgr_thread_is_open() || vgr_pages_memory() != VGR_MEMORY_DROPPABLE)
		return -ENOSYS;
	*params = (struct vgetrandom_opaque_params){
		.size_of_opaque_state = VGR_STATE_LEN,
		.mmap_prot = PROT_READ | PROT_WRITE,
		.mmap_flags = MAP_DROPPABLE | MAP_ANONYMOUS,
	};
	return 0;
}

static bool crosses_page(uintptr_t state)
{
	static size_t page_len;
	size_t len = __atomic_load_n(&page_len, __ATOMIC_RELAXED);

	if (unlikely(!len)) {
		len = getauxval(AT_PAGESZ);
		__atomic_store_n(&page_len, len, __ATOMIC_RELAXED);
	}
	return state % len + VGR_STATE_LEN > len;
}

/* The generator wants a slot: a passing one, whose state outlives it. */
static int fill(struct vgr_state *state, uint8_t *buf, size_t len)
{
	struct vgr_slot slot = {
		.state = state,
		.cursor = vgr_peek(state->cursor),
		.nkernel_keys = vgr_peek(state->vintage),
	};
	int error;

	/* Whatever is read there, it stays inside the batch. */
	if (vgr_position(slot.cursor) > VGR_BATCH_LEN)
		slot.cursor = vgr_next_unmade(slot.cursor);
	error = vgr_generator_fill(&slot, VGR_BEHIND_DOOR, buf, len);
	*(volatile uint64_t *)&state->cursor = slot.cursor;
	return error;
}

ssize_t vgetrandom_opaque(void *buf, size_t len, unsigned int flags,
			  void *opaque_state, size_t opaque_len)
{
	size_t served = vgr_min(len, 0x7ffff000);
	struct place place;
	int error;

	if (opaque_len == ~0ul && !buf && !len && !flags)
		return answer_what_a_state_is(opaque_state);

	if (crosses_page((uintptr_t)opaque_state))
		return -EFAULT;
	if (opaque_len != VGR_STATE_LEN || !opaque_state ||
	    (uintptr_t)opaque_state % sizeof(uint64_t) ||
	    (!buf && len) || !vgr_thread_is_open() ||
	    !vgr_api_serves_flags(flags))
		return vgr_api_fall_back(buf, len, flags, false);

	place = enter((uintptr_t)opaque_state, VGR_FRAME());
	if (!place.state)
		return vgr_api_fall_back(buf, len, flags, false);
	error = fill(opaque_state, buf, served);
	leave(place);
	return error ? vgr_api_fall_back(buf, len, flags, true) :
		       (ssize_t)served;
}
