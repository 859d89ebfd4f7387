/* SPDX-License-Identifier: MIT */
/*
 * pool.c - slots, arena by arena.
 *
 * An arena is a mapping that forgets (pages.h) for the states, and one of
 * ordinary memory for control blocks and bits.  Arenas are only ever added:
 * nothing that a slot pointer could lead to is unmapped.
 *
 * Knows nothing of keys, and of threads only that they own slots.
 */
#include "pool.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "base.h"
#include "pages.h"
#include "syscall.h"

#define ARENA_LEN	(4 * 1024 * 1024)
#define BITS		64		/* in a word of the bitmap */
#define LOCKED		1		/* a mark that a fork wipes */

struct arena {
	struct arena *next;
	struct vgr_pages pages;
	uint32_t nslots;
	uint32_t nused;			/* slots below this may have been taken */
	uint64_t *is_free;		/* a bit a slot */
	struct vgr_slot *slots;
};

static struct arena *first;
static uint32_t nforks;			/* counted before each */
static unsigned int is_refused;		/* the kernel gave no further arena */

static struct arena *next_of(const struct arena *arena)
{
	return __atomic_load_n(arena ? &arena->next : &first, __ATOMIC_ACQUIRE);
}

#define for_each_arena(arena) \
	for (arena = next_of(NULL); arena; arena = next_of(arena))

static struct vgr_state *state_at(const struct arena *arena, uint32_t index)
{
	uint32_t npages = VGR_GROUP_NPAGES - 1;		/* the last is a guard */
	uint32_t per_group = npages * (uint32_t)(arena->pages.page_len /
						 VGR_STATE_LEN);
	size_t group_len = VGR_GROUP_NPAGES * arena->pages.page_len;

	return (struct vgr_state *)(arena->pages.base +
				    index / per_group * group_len +
				    index % per_group * VGR_STATE_LEN);
}

/*
 * The first state of a locked arena is nobody's: it holds a mark that is gone
 * in a child whose lock is gone, as a lock can't be asked for cheaply.
 */
static uint64_t *lock_mark(const struct arena *arena)
{
	return &state_at(arena, 0)->stamp[0];
}

static bool has_lock_mark(void)
{
	return vgr_pages_memory() == VGR_MEMORY_LOCKED;
}

static uint32_t count_slots(const struct vgr_pages *pages)
{
	size_t npages = pages->len / pages->page_len;

	npages -= npages / VGR_GROUP_NPAGES;		/* the guards */
	return (uint32_t)(npages * (pages->page_len / VGR_STATE_LEN));
}

/* What an arena has besides the pages, which are given back if that fails. */
static struct arena *new_arena(struct vgr_pages *pages)
{
	uint32_t nslots = count_slots(pages), nwords, i;
	struct arena *arena;
	long mapped;

	nwords = (nslots + BITS - 1) / BITS;
	mapped = vgr_mmap(NULL,
			  sizeof(*arena) + 64 +
			  nslots * sizeof(struct vgr_slot) +
			  nwords * sizeof(uint64_t),
			  PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1);
	if ((unsigned long)mapped >= -4095ul) {
		vgr_pages_unmap(pages);
		return NULL;
	}

	arena = (struct arena *)mapped;
	arena->pages = *pages;
	arena->nslots = nslots;
	arena->slots = (struct vgr_slot *)(((uintptr_t)(arena + 1) + 63) & -64ul);
	arena->is_free = (uint64_t *)(arena->slots + nslots);
	for (i = 0; i < nwords; i++)
		arena->is_free[i] = -1ull;
	if (nslots % BITS)
		arena->is_free[nwords - 1] = (1ull << nslots % BITS) - 1;
	if (has_lock_mark()) {
		arena->is_free[0] &= ~1ull;
		*lock_mark(arena) = LOCKED;
	}
	return arena;
}

/* Hangs the arena behind the last; where a rival was first, behind that. */
static void publish(struct arena *arena)
{
	struct arena *there = NULL, **end = &first;

	while (!__atomic_compare_exchange_n(end, &there, arena, false,
					    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
		end = &there->next;
		there = NULL;
	}
}

static bool grow(void)
{
	struct vgr_pages pages;
	struct arena *arena;

	if (__atomic_load_n(&is_refused, __ATOMIC_RELAXED))
		return false;
	arena = vgr_pages_map(&pages, ARENA_LEN) ? NULL : new_arena(&pages);
	if (!arena) {
		__atomic_store_n(&is_refused, 1, __ATOMIC_RELAXED);
		return false;
	}
	publish(arena);
	return true;
}

int vgr_pool_init(const char *forced_memory)
{
	int error;
	struct vgr_pages pages;
	struct arena *arena;

	error = vgr_pages_init(&pages, ARENA_LEN, forced_memory);
	if (error)
		return error;
	arena = new_arena(&pages);
	if (!arena)
		return -ENOMEM;
	publish(arena);
	return 0;
}

/* The lowest free slot, so that states share pages; NULL if none is free. */
static struct vgr_slot *take_bit(struct arena *arena)
{
	uint32_t word, nwords = (arena->nslots + BITS - 1) / BITS, index;
	uint64_t free, bit;

	for (word = 0; word < nwords; word++) {
		free = __atomic_load_n(&arena->is_free[word], __ATOMIC_RELAXED);
		while (free) {
			bit = free & -free;
			if (__atomic_fetch_and(&arena->is_free[word], ~bit,
					       __ATOMIC_ACQUIRE) & bit) {
				index = word * BITS + (uint32_t)__builtin_ctzll(bit);
				return &arena->slots[index];
			}
			free &= ~bit;
		}
	}
	return NULL;
}

static void note_use(struct arena *arena, uint32_t nused)
{
	uint32_t seen = __atomic_load_n(&arena->nused, __ATOMIC_RELAXED);

	while (seen < nused &&
	       !__atomic_compare_exchange_n(&arena->nused, &seen, nused, false,
					    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
		;
}

static uint32_t index_of(const struct arena *arena,
			 const struct vgr_slot *slot)
{
	return (uint32_t)(slot - arena->slots);
}

static struct vgr_slot *claim_in(struct arena *arena, uint32_t norphans)
{
	struct vgr_slot *slot = take_bit(arena);

	if (!slot)
		return NULL;

	/* The taker trusts no earlier wipe, and no earlier owner's marks. */
	slot->state = state_at(arena, index_of(arena, slot));
	vgr_wipe(slot->state->line, sizeof(slot->state->line));
	slot->position = VGR_BATCH_LEN;
	slot->frame = 0;
	slot->inside = VGR_CLOSED;
	slot->norphans = norphans;
	slot->nforks = __atomic_load_n(&nforks, __ATOMIC_RELAXED);
	note_use(arena, index_of(arena, slot) + 1);
	/* After note_use: an event that missed this slot came before the mark. */
	__atomic_store_n(&slot->flags, VGR_SLOT_STALE, __ATOMIC_SEQ_CST);
	return slot;
}

struct vgr_slot *vgr_pool_claim(uint32_t norphans)
{
	struct vgr_slot *slot;
	struct arena *arena;

	do {
		for_each_arena(arena) {
			slot = claim_in(arena, norphans);
			if (slot)
				return slot;
		}
	} while (grow());
	return NULL;
}

void vgr_pool_open(struct vgr_slot *slot, void *owner)
{
	__atomic_store_n(&slot->owner, owner, __ATOMIC_RELAXED);
	__atomic_store_n(&slot->inside, -1, __ATOMIC_RELEASE);
}

bool vgr_pool_close(struct vgr_slot *slot)
{
	int64_t nobody = -1;

	return __atomic_compare_exchange_n(&slot->inside, &nobody, VGR_CLOSED,
					   false, __ATOMIC_SEQ_CST,
					   __ATOMIC_RELAXED);
}

/* Every slot is in one. */
static struct arena *arena_of(const struct vgr_slot *slot)
{
	struct arena *arena = next_of(NULL);

	while (slot < arena->slots || slot >= arena->slots + arena->nslots)
		arena = next_of(arena);
	return arena;
}

static void set_free(struct arena *arena, struct vgr_slot *slot)
{
	uint32_t index = index_of(arena, slot);

	slot->inside = VGR_CLOSED;
	/* First the owner: a fork child gives nothing away that has none. */
	__atomic_store_n(&slot->owner, NULL, __ATOMIC_RELAXED);
	vgr_signal_fence();
	__atomic_store_n(&slot->flags, 0, __ATOMIC_RELAXED);
	__atomic_fetch_or(&arena->is_free[index / BITS], 1ull << index % BITS,
			  __ATOMIC_RELEASE);
}

void vgr_pool_release(struct vgr_slot *slot)
{
	vgr_wipe(slot->state, sizeof(*slot->state));
	set_free(arena_of(slot), slot);
}

bool vgr_pool_take_mark(struct vgr_slot *slot)
{
	return __atomic_fetch_and(&slot->flags, ~VGR_SLOT_UNCLAIMED,
				  __ATOMIC_SEQ_CST) & VGR_SLOT_UNCLAIMED;
}

uint32_t vgr_pool_release_dead(const void *owner, uintptr_t low,
			       uintptr_t high)
{
	struct arena *arena;
	struct vgr_slot *slot;
	uint32_t nreleased = 0;

	for_each_arena(arena)
		for (slot = arena->slots; slot < arena->slots + arena->nused;
		     slot++)
			if (vgr_peek(slot->owner) == owner &&
			    vgr_peek(slot->frame) >= low &&
			    vgr_peek(slot->frame) <= high &&
			    vgr_pool_take_mark(slot)) {
				vgr_pool_release(slot);
				nreleased++;
			}
	return nreleased;
}

void vgr_pool_mark_stale(void)
{
	struct arena *arena;
	uint32_t i, nused;

	for_each_arena(arena) {
		nused = __atomic_load_n(&arena->nused, __ATOMIC_SEQ_CST);
		for (i = 0; i < nused; i++)
			__atomic_fetch_or(&arena->slots[i].flags,
					  VGR_SLOT_STALE, __ATOMIC_SEQ_CST);
	}
}

/* Where the kernel drops nothing for us (5.18 has the advice for locked memory). */
static void wipe_by_hand(const struct arena *arena)
{
	uint32_t i, nused = __atomic_load_n(&arena->nused, __ATOMIC_SEQ_CST);

	for (i = has_lock_mark(); i < nused; i++)
		vgr_wipe(state_at(arena, i), VGR_STATE_LEN);
}

int vgr_pool_drop(void)
{
	struct arena *arena;
	uint64_t mark = 0;

	for_each_arena(arena) {
		if (has_lock_mark())	/* not set where a fork took it away */
			mark = __atomic_load_n(lock_mark(arena),
					       __ATOMIC_RELAXED);
		if (vgr_pages_drop(&arena->pages))
			wipe_by_hand(arena);
		else if (has_lock_mark())
			__atomic_store_n(lock_mark(arena), mark,
					 __ATOMIC_RELAXED);
	}
	return 0;
}

bool vgr_pool_may_hold_key(const struct vgr_slot *slot)
{
	const struct arena *arena = slot ? arena_of(slot) : next_of(NULL);

	return !has_lock_mark() ||
	       __atomic_load_n(lock_mark(arena), __ATOMIC_RELAXED);
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
	struct arena *arena;
	uint32_t i;

	for_each_arena(arena)
		for (i = 0; i < arena->nused; i++)
			if (&arena->slots[i] != current &&
			    is_lost(&arena->slots[i], survivor))
				set_free(arena, &arena->slots[i]);
}

int vgr_pool_repair(void)
{
	struct arena *arena;
	int error = 0;

	for_each_arena(arena) {
		vgr_pages_guard(&arena->pages);
		error = vgr_pages_relock(&arena->pages);
		if (error)
			return error;
		if (has_lock_mark())
			*lock_mark(arena) = LOCKED;
	}
	return 0;
}

void vgr_pool_count(struct vgr_pool_counts *counts)
{
	struct arena *arena;
	uint32_t i;

	*counts = (struct vgr_pool_counts){ 0 };
	for_each_arena(arena) {
		counts->nslots += arena->nslots;
		for (i = 0; i < arena->nused; i++) {
			const struct vgr_slot *slot = &arena->slots[i];

			counts->ntaken += !!__atomic_load_n(&slot->owner,
							    __ATOMIC_RELAXED);
			counts->nrefills += slot->nrefills;
			counts->nkernel_keys += slot->nkernel_keys;
			counts->nrestarts += slot->nrestarts;
		}
	}
}
