/* SPDX-License-Identifier: MIT */
/*
 * scarce.c - no free slot; see scarce.h.
 *
 * Nobody is inside of a slot of an arena that an earlier run has made: its
 * threads are gone.  So such an arena can be taken away, which the library
 * itself never does.
 */
#include "scarce.h"

#include <stdbool.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "arenas.h"
#include "check.h"

#define MAX_WORDS	128

static uint64_t was_free[MAX_WORDS];
static bool is_scarce;

static uint32_t count_words(const struct vgr_arena *arena)
{
	return (arena->nslots + VGR_BITS - 1) / VGR_BITS;
}

static void forget_later_arenas(struct vgr_arena *first)
{
	struct vgr_arena *arena, *next;

	for (arena = first->next; arena; arena = next) {
		next = arena->next;
		vgr_pages_unmap(&arena->pages);
		munmap(arena, (size_t)((uint8_t *)(arena->is_free +
						   count_words(arena)) -
				       (uint8_t *)arena));
	}
	first->next = NULL;
}

void scarce_begin(void)
{
	struct vgr_arena *arena = vgr_arena_next(NULL);
	uint32_t i;

	forget_later_arenas(arena);
	if (count_words(arena) > MAX_WORDS)
		hard_error("an arena of more than %d words", MAX_WORDS);
	for (i = 0; i < count_words(arena); i++)
		was_free[i] = __atomic_exchange_n(&arena->is_free[i], 0,
						  __ATOMIC_SEQ_CST);
	is_scarce = true;
}

void scarce_end(void)
{
	struct vgr_arena *arena = vgr_arena_next(NULL);
	uint32_t i;

	if (!is_scarce)
		return;
	is_scarce = false;
	for (i = 0; i < count_words(arena); i++)
		__atomic_fetch_or(&arena->is_free[i], was_free[i],
				  __ATOMIC_SEQ_CST);
}

void scarce_refuse(void)
{
	struct rlimit limit, none;

	if (getrlimit(RLIMIT_AS, &limit))
		hard_error("getrlimit");
	none = (struct rlimit){ 1, limit.rlim_max };
	if (setrlimit(RLIMIT_AS, &none))
		hard_error("setrlimit");
	if (vgr_arenas_grow())
		hard_error("an arena in no address space");
	if (setrlimit(RLIMIT_AS, &limit))
		hard_error("setrlimit");
}
