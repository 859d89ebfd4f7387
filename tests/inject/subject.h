/* SPDX-License-Identifier: MIT */
/*
 * subject.h - what is called: the library's calls, and the kernel's own
 * vDSO function beside them; and the requests made of it.
 */
#ifndef INJECT_SUBJECT_H
#define INJECT_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MAX_LEN		5000

struct vgr_slot;
struct vgr_state;

enum start {
	START_FRESH,		/* a new batch */
	START_PART,		/* a part of it is used */
	START_ENDING,		/* it ends in the middle of the request */
	START_STALE,		/* the key is to be replaced first */
	START_BUSY,		/* a slot that will be left behind */
	START_DEAD,		/* ... and one where a dead call was inside */
	START_SPENT,		/* its dead call was on the thread's stack */
	START_AGAIN,		/* ... and had the frame of the one that comes */

	/* From here on: in a thread of its own. */
	START_FIRST,		/* its first call */
	START_GROW,		/* ... where no slot is free: an arena is made */
	START_REFUSED,		/* ... and the kernel gives none */
	START_LAST,		/* its slot is given back already */

	START_IN_THREAD	= START_FIRST,
};

struct shape {
	size_t len;
	enum start start;
	const char *name;
};

extern const struct shape shapes[];		/* name NULL: the end */

struct subject {
	const char *name;
	bool is_ours, has_slots;
	const void *(*entry)(void);		/* its first instruction */
	ssize_t (*call)(void *buf, size_t len);
	bool (*has_shape)(const struct shape *shape);
	/* Brings this thread's state into the shape; false: not with this one. */
	bool (*begin)(const struct shape *shape);
	void (*end)(void);			/* after a run */
	uint8_t *(*state)(void);		/* or NULL: none yet */
	size_t state_len;
	size_t stamps, nstamps;			/* where in it, and how many */
	/* What the call would give now; false: nobody knows. */
	bool (*foretell)(void *buf, size_t len);
};

/* What the subjects share. */
uint32_t subject_position(const struct shape *shape, uint32_t batch_len);
void *subject_map_page(uint32_t flags);
bool subject_fits_one_state(const struct shape *shape);
void subject_nothing(void);
bool subject_foretell_nothing(void *buf, size_t len);
bool subject_foretell_from(const struct vgr_slot *slot,
			   const struct vgr_state *state, void *buf, size_t len);

extern const struct subject subject_library, subject_u64, subject_u32,
	subject_buf, subject_prepare, subject_reseed, subject_opaque,
	subject_exit, subject_kernel;

#endif
