/* SPDX-License-Identifier: MIT */
/*
 * arenas.h - the memory that slots are made of.
 *
 * An arena is a mapping that forgets (pages.h) for the states, and one of
 * ordinary memory for control blocks and bits.  Arenas are only ever added:
 * nothing that a slot pointer could lead to is unmapped.
 */
#ifndef VGR_ARENAS_H
#define VGR_ARENAS_H

#include <stdbool.h>
#include <stdint.h>

#include "pages.h"
#include "state.h"

#define VGR_BITS	64		/* in a word of is_free */

struct vgr_arena {
	struct vgr_arena *next;
	struct vgr_pages pages;
	uint32_t nslots;
	uint32_t nused;			/* slots below this may have been taken */
	uint64_t *is_free;		/* a bit a slot */
	struct vgr_slot *slots;
};

/*
 * Reserves address space for the first few thousand slots, so that threads
 * made later need no system call; forced as in pages.h.  Called once.  0, or
 * -errno: there is no arena.
 */
int vgr_arenas_init(const char *forced_memory);

/* One more; false if the kernel refuses, which is remembered. */
bool vgr_arenas_grow(void);

/* The one after it, the first for NULL; NULL: there is none. */
struct vgr_arena *vgr_arena_next(const struct vgr_arena *arena);

#define vgr_for_each_arena(arena) \
	for (arena = vgr_arena_next(NULL); arena; arena = vgr_arena_next(arena))

/* Every slot is in one. */
struct vgr_arena *vgr_arena_of(const struct vgr_slot *slot);

struct vgr_state *vgr_arena_state(const struct vgr_arena *arena,
				  uint32_t index);

/* Every key is gone from memory on return; 0, or -errno if some may be left. */
int vgr_arenas_drop(void);

/*
 * Whether a key may be put into this slot's memory (NULL: into the first
 * arena's): not in a child of raw clone(), where memory that was locked no
 * longer is.
 */
bool vgr_arenas_may_hold_key(const struct vgr_slot *slot);

/* Puts back what a fork took: locks, guards.  System calls; 0 or -errno. */
int vgr_arenas_repair(void);

#endif
