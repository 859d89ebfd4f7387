/* SPDX-License-Identifier: MIT */
/*
 * arenas.c - the memory that slots are made of.
 *
 * Knows nothing of who owns a slot, nor of what is in it.
 */
#include "arenas.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "base.h"
#include "syscall.h"

#define ARENA_LEN	(4 * 1024 * 1024)
#define LOCKED		1		/* a mark that a fork wipes */

static struct vgr_arena *first;
static unsigned int is_refused;		/* the kernel gave no further arena */

struct vgr_arena *vgr_arena_next(const struct vgr_arena *arena)
{
	return __atomic_load_n(arena ? &arena->next : &first, __ATOMIC_ACQUIRE);
}

struct vgr_arena *vgr_arena_of(const struct vgr_slot *slot)
{
	struct vgr_arena *arena = vgr_arena_next(NULL);

	while (slot < arena->slots || slot >= arena->slots + arena->nslots)
		arena = vgr_arena_next(arena);
	return arena;
}

struct vgr_state *vgr_arena_state(const struct vgr_arena *arena, uint32_t index)
{
	/* A group's last page is a guard. */
	uint32_t per_group = (uint32_t)((VGR_GROUP_LEN - arena->pages.page_len) /
					VGR_STATE_LEN);

	return (struct vgr_state *)(arena->pages.base +
				    (size_t)(index / per_group) * VGR_GROUP_LEN +
				    index % per_group * VGR_STATE_LEN);
}

/*
 * The first state of a locked arena is nobody's: it holds a mark that is gone
 * in a child whose lock is gone, as a lock can't be asked for cheaply.
 */
static uint64_t *lock_mark(const struct vgr_arena *arena)
{
	return &vgr_arena_state(arena, 0)->stamp[0];
}

static bool has_lock_mark(void)
{
	return vgr_pages_memory() == VGR_MEMORY_LOCKED;
}

static uint32_t count_slots(const struct vgr_pages *pages)
{
	size_t guards_len = pages->len / VGR_GROUP_LEN * pages->page_len;

	return (uint32_t)((pages->len - guards_len) / VGR_STATE_LEN);
}

/* What an arena has besides the pages, which are given back if that fails. */
static struct vgr_arena *new_arena(struct vgr_pages *pages)
{
	uint32_t nslots = count_slots(pages), nwords, i;
	struct vgr_arena *arena;
	long mapped;

	nwords = (nslots + VGR_BITS - 1) / VGR_BITS;
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

	arena = (struct vgr_arena *)mapped;
	arena->pages = *pages;
	arena->nslots = nslots;
	arena->slots = (struct vgr_slot *)(((uintptr_t)(arena + 1) + 63) & -64ul);
	arena->is_free = (uint64_t *)(arena->slots + nslots);
	for (i = 0; i < nwords; i++)
		arena->is_free[i] = -1ull;
	if (nslots % VGR_BITS)
		arena->is_free[nwords - 1] = (1ull << nslots % VGR_BITS) - 1;
	if (has_lock_mark()) {
		arena->is_free[0] &= ~1ull;
		*lock_mark(arena) = LOCKED;
	}
	return arena;
}

/* Hangs the arena behind the last; where a rival was first, behind that. */
static void publish(struct vgr_arena *arena)
{
	struct vgr_arena *there = NULL, **end = &first;

	while (!__atomic_compare_exchange_n(end, &there, arena, false,
					    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
		end = &there->next;
		there = NULL;
	}
}

bool vgr_arenas_grow(void)
{
	struct vgr_pages pages;
	struct vgr_arena *arena;

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

int vgr_arenas_init(const char *forced_memory)
{
	int error;
	struct vgr_pages pages;
	struct vgr_arena *arena;

	error = vgr_pages_init(&pages, ARENA_LEN, forced_memory);
	if (error)
		return error;
	arena = new_arena(&pages);
	if (!arena)
		return -ENOMEM;
	publish(arena);
	return 0;
}

/*
 * Also where the kernel drops the pages: it hands them on as they are, and a
 * snapshot of the machine would hold the keys until somebody else wants them.
 * It does not drop locked memory before 5.18.
 */
static void wipe_by_hand(const struct vgr_arena *arena)
{
	uint32_t i, nused = __atomic_load_n(&arena->nused, __ATOMIC_SEQ_CST);

	/* After the marks: who reads our zeroes sees its own. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	for (i = has_lock_mark(); i < nused; i++)
		vgr_wipe(vgr_arena_state(arena, i), VGR_STATE_LEN);
}

int vgr_arenas_drop(void)
{
	struct vgr_arena *arena;
	uint64_t mark = 0;

	vgr_for_each_arena(arena) {
		if (has_lock_mark())	/* not set where a fork took it away */
			mark = __atomic_load_n(lock_mark(arena),
					       __ATOMIC_RELAXED);
		wipe_by_hand(arena);
		if (!vgr_pages_drop(&arena->pages) && has_lock_mark())
			__atomic_store_n(lock_mark(arena), mark,
					 __ATOMIC_RELAXED);
	}
	return 0;
}

bool vgr_arenas_may_hold_key(const struct vgr_slot *slot)
{
	const struct vgr_arena *arena = slot ? vgr_arena_of(slot) :
					       vgr_arena_next(NULL);

	return !has_lock_mark() ||
	       __atomic_load_n(lock_mark(arena), __ATOMIC_RELAXED);
}

int vgr_arenas_repair(void)
{
	struct vgr_arena *arena;
	int error = 0;

	vgr_for_each_arena(arena) {
		vgr_pages_guard(&arena->pages);
		error = vgr_pages_relock(&arena->pages);
		if (error)
			return error;
		if (has_lock_mark())
			*lock_mark(arena) = LOCKED;
	}
	return 0;
}
