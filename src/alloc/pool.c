/* SPDX-License-Identifier: MIT */
/*
 * pool.c - hands out and takes back slots.
 *
 * Knows nothing of keys, and of threads only that they own slots.
 */
#include "pool.h"

#include "arenas.h"
#include "base.h"

/* The owner of a slot whose thread has ended with a call inside. */
#define GONE	((void *)1)

static uint16_t nforks;			/* counted before each */

/* The lowest free slot, so that states share pages; NULL if none is free. */
static struct vgr_slot *take_bit(struct vgr_arena *arena)
{
	uint32_t word, nwords = (arena->nslots + VGR_BITS - 1) / VGR_BITS, index;
	uint64_t free, bit;

	for (word = 0; word < nwords; word++) {
		free = __atomic_load_n(&arena->is_free[word], __ATOMIC_RELAXED);
		while (free) {
			bit = free & -free;
			if (__atomic_fetch_and(&arena->is_free[word], ~bit,
					       __ATOMIC_ACQUIRE) & bit) {
				index = word * VGR_BITS + (uint32_t)__builtin_ctzll(bit);
				return &arena->slots[index];
			}
			free &= ~bit;
		}
	}
	return NULL;
}

static void note_use(struct vgr_arena *arena, uint32_t nused)
{
	uint32_t seen = __atomic_load_n(&arena->nused, __ATOMIC_RELAXED);

	while (seen < nused &&
	       !__atomic_compare_exchange_n(&arena->nused, &seen, nused, false,
					    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
		;
}

static uint32_t index_of(const struct vgr_arena *arena,
			 const struct vgr_slot *slot)
{
	return (uint32_t)(slot - arena->slots);
}

static struct vgr_slot *claim_in(struct vgr_arena *arena, uint32_t norphans)
{
	struct vgr_slot *slot = take_bit(arena);

	if (!slot)
		return NULL;

	/* The taker trusts no earlier wipe, and no earlier owner's marks. */
	slot->state = vgr_arena_state(arena, index_of(arena, slot));
	vgr_wipe(slot->state->line, sizeof(slot->state->line));
	slot->cursor = vgr_next_unmade(slot->cursor);
	slot->frame = 0;
	slot->inside = VGR_CLOSED;
	slot->norphans = norphans;
	slot->is_restartable = false;
	slot->nforks = __atomic_load_n(&nforks, __ATOMIC_RELAXED);
	note_use(arena, index_of(arena, slot) + 1);
	/* After note_use: an event that missed this slot came before the mark. */
	__atomic_store_n(&slot->flags, VGR_SLOT_STALE, __ATOMIC_SEQ_CST);
	return slot;
}

static struct vgr_slot *claim_anywhere(uint32_t norphans)
{
	struct vgr_slot *slot = NULL;
	struct vgr_arena *arena;

	vgr_for_each_arena(arena) {
		slot = claim_in(arena, norphans);
		if (slot)
			break;
	}
	return slot;
}

struct vgr_slot *vgr_pool_claim(uint32_t norphans)
{
	struct vgr_slot *slot;

	do {
		slot = claim_anywhere(norphans);
		if (slot)
			return slot;
	} while (vgr_arenas_grow());

	/* What was refused to us, a rival may have got. */
	return claim_anywhere(norphans);
}

void vgr_pool_open(struct vgr_slot *slot, void *owner)
{
	__atomic_store_n(&slot->owner, owner, __ATOMIC_RELAXED);
	__atomic_store_n(&slot->inside, -1, __ATOMIC_RELEASE);
}

bool vgr_pool_close(struct vgr_slot *slot)
{
	long nobody = -1;

	return __atomic_compare_exchange_n(&slot->inside, &nobody, VGR_CLOSED,
					   false, __ATOMIC_SEQ_CST,
					   __ATOMIC_RELAXED);
}

static void set_free(struct vgr_arena *arena, struct vgr_slot *slot)
{
	uint32_t index = index_of(arena, slot);

	slot->inside = VGR_CLOSED;
	/* First the owner: a fork child gives nothing away that has none. */
	__atomic_store_n(&slot->owner, NULL, __ATOMIC_RELAXED);
	vgr_signal_fence();
	__atomic_store_n(&slot->flags, 0, __ATOMIC_RELAXED);
	__atomic_fetch_or(&arena->is_free[index / VGR_BITS], 1ull << index % VGR_BITS,
			  __ATOMIC_RELEASE);
}

void vgr_pool_release(struct vgr_slot *slot)
{
	vgr_wipe(slot->state, sizeof(*slot->state));
	set_free(vgr_arena_of(slot), slot);
}

bool vgr_pool_take_mark(struct vgr_slot *slot)
{
	return __atomic_fetch_and(&slot->flags, ~VGR_SLOT_UNCLAIMED,
				  __ATOMIC_SEQ_CST) & VGR_SLOT_UNCLAIMED;
}

void vgr_pool_put_mark(struct vgr_slot *slot)
{
	__atomic_fetch_or(&slot->flags, VGR_SLOT_UNCLAIMED, __ATOMIC_SEQ_CST);
}

/* An unclaimed slot with nobody inside; true if it was we who released it. */
static bool release_if_left(struct vgr_slot *slot)
{
	while (vgr_peek(slot->inside) == -1 && vgr_pool_take_mark(slot)) {
		if (vgr_pool_close(slot)) {
			vgr_pool_release(slot);
			return true;
		}
		/* A late step leads in; it may be taken back by now. */
		vgr_pool_put_mark(slot);
	}
	return false;
}

void vgr_pool_give_back(struct vgr_slot *slot, const void *self)
{
	const void *owner;

	/*
	 * Either its owner's end, in vgr_pool_disown, finds the slot left, or
	 * we find that its owner is gone.
	 */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	owner = __atomic_load_n(&slot->owner, __ATOMIC_ACQUIRE);
	if (owner == self || owner == GONE)
		release_if_left(slot);
}

uint32_t vgr_pool_sweep(const void *owner, uintptr_t low, uintptr_t high)
{
	struct vgr_arena *arena;
	struct vgr_slot *slot;
	uint32_t nleft = 0;

	vgr_for_each_arena(arena)
		for (slot = arena->slots; slot < arena->slots + arena->nused;
		     slot++) {
			if (vgr_peek(slot->owner) != owner ||
			    !(vgr_peek(slot->flags) & VGR_SLOT_ORPHANED))
				continue;
			if (vgr_peek(slot->frame) < low ||
			    vgr_peek(slot->frame) > high)
				nleft += !release_if_left(slot);
			else if (vgr_pool_take_mark(slot))
				vgr_pool_release(slot);
			else
				nleft++;
		}
	return nleft;
}

void vgr_pool_disown(const void *owner)
{
	struct vgr_arena *arena;
	struct vgr_slot *slot;

	vgr_for_each_arena(arena)
		for (slot = arena->slots; slot < arena->slots + arena->nused;
		     slot++) {
			if (vgr_peek(slot->owner) != owner)
				continue;
			__atomic_store_n(&slot->owner, GONE, __ATOMIC_SEQ_CST);
			__atomic_thread_fence(__ATOMIC_SEQ_CST);
			release_if_left(slot);
		}
}

void vgr_pool_mark_stale(void)
{
	struct vgr_arena *arena;
	uint32_t i, nused;

	vgr_for_each_arena(arena) {
		nused = __atomic_load_n(&arena->nused, __ATOMIC_SEQ_CST);
		for (i = 0; i < nused; i++)
			__atomic_fetch_or(&arena->slots[i].flags,
					  VGR_SLOT_STALE, __ATOMIC_SEQ_CST);
	}
}

void vgr_pool_fork_prepare(void)
{
	__atomic_fetch_add(&nforks, 1, __ATOMIC_RELAXED);
}

static bool is_lost(const struct vgr_slot *slot, const void *survivor)
{
	/* Another library's fork handler, before ours, may have made a thread. */
	if (slot->nforks == nforks)
		return false;
	/* No owner: free, or about to be taken by nobody. */
	return slot->owner && slot->owner != survivor && slot->inside < 0 &&
	       !(slot->flags & VGR_SLOT_ORPHANED);
}

void vgr_pool_fork_child(const void *survivor, const struct vgr_slot *current)
{
	struct vgr_arena *arena;
	uint32_t i;

	vgr_for_each_arena(arena)
		for (i = 0; i < arena->nused; i++)
			if (&arena->slots[i] != current &&
			    is_lost(&arena->slots[i], survivor))
				set_free(arena, &arena->slots[i]);
}

void vgr_pool_count(struct vgr_pool_counts *counts)
{
	struct vgr_arena *arena;
	uint32_t i;

	*counts = (struct vgr_pool_counts){ 0 };
	vgr_for_each_arena(arena) {
		counts->nslots += arena->nslots;
		for (i = 0; i < arena->nused; i++) {
			const struct vgr_slot *slot = &arena->slots[i];

			counts->ntaken += !!__atomic_load_n(&slot->owner,
							    __ATOMIC_RELAXED);
			counts->nrefills += vgr_nruns(slot->cursor);
			counts->nkernel_keys += slot->nkernel_keys;
			counts->nrestarts += slot->nrestarts;
		}
	}
}
