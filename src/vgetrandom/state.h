/* SPDX-License-Identifier: MIT */
/*
 * state.h - a slot: the two pieces of memory behind one thread's random bytes.
 *
 * The state lies in a page that the kernel may take away at any instruction
 * (fork, memory pressure, madvise): all its bytes turn to zero at once.  So
 * zero is the safe value of each field, and nothing read from there is used as
 * an index.  What must survive that lies in the slot, in ordinary memory that
 * is never unmapped: a call that wakes up late finds it where it was.
 */
#ifndef VGR_STATE_H
#define VGR_STATE_H

#include <assert.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Sources of the number that says "keys made before now are stale".  A stamp
 * is its source's value when the key was asked for; 0 is never current.
 */
enum vgr_source {
	VGR_SOURCE_KERNEL,	/* the vDSO's generation word */
	VGR_SOURCE_VMCLOCK,	/* VMClock's vm_generation_counter */
	VGR_SOURCE_CLOCK,	/* minutes of CLOCK_MONOTONIC */
	VGR_SOURCE_REALTIME,	/* minutes of the time of day, at each refill */
	VGR_SOURCE_REQUESTS,	/* vgetrandom_reseed() and _quiesce() calls */
	VGR_NSOURCES
};

/*
 * One run of ChaCha20 blocks writes batch and key together, so the key behind
 * a byte is gone before anyone gets that byte (fast key erasure).
 *
 *        0        64                                   992     1024
 *	  +--------+------------------------------------+--------+
 *	  | stamps |               batch                |  key   |
 *	  +--------+------------------------------------+--------+
 *	           |<---- 15 blocks of keystream: 960 bytes ---->|
 *
 * The key comes last because a core reads it until its last block is ready
 * (impl.h).  Four states fill a page of 4 KiB and none crosses one.
 */
#define VGR_STATE_LEN	1024
#define VGR_KEY_LEN	32
#define VGR_BATCH_LEN	928
#define VGR_REFILL_NBLOCKS ((VGR_BATCH_LEN + VGR_KEY_LEN) / 64)

struct vgr_state {
	union {
		struct {
			uint64_t stamp[VGR_NSOURCES];
			/*
			 * A number that this slot gives to no other stamps: who
			 * finds it again knows that the page was here all along.
			 */
			uint64_t vintage;
			uint64_t cursor;	/* opaque.c's alone, never trusted */
		};
		uint8_t line[64];
	};
	uint8_t batch[VGR_BATCH_LEN];
	uint8_t key[VGR_KEY_LEN];
};

static_assert(sizeof(struct vgr_state) == VGR_STATE_LEN, "no padding");
static_assert(4096 % VGR_STATE_LEN == 0, "no state crosses a page");
static_assert((VGR_BATCH_LEN + VGR_KEY_LEN) % 64 == 0, "whole blocks");
static_assert(offsetof(struct vgr_state, key) ==
	      offsetof(struct vgr_state, batch) + VGR_BATCH_LEN,
	      "the key is the end of the run that makes the batch");

/*
 * A cursor: how many bytes of the batch are used, and above that the number of
 * the run that made it.  While that number is odd there is neither batch nor
 * key, but a call that makes them; another call of the same thread takes the
 * next odd number and begins with a key from the kernel, and the first finds
 * that its own is gone.
 */
#define VGR_CURSOR_RUN	(1ull << 16)

static inline uint32_t vgr_position(uint64_t cursor)
{
	return (uint32_t)(cursor % VGR_CURSOR_RUN);
}

static inline bool vgr_is_unmade(uint64_t cursor)
{
	return cursor & VGR_CURSOR_RUN;
}

/* What follows on a cursor: the next run, and then that run made. */
static inline uint64_t vgr_next_unmade(uint64_t cursor)
{
	return (cursor / VGR_CURSOR_RUN + 1) * VGR_CURSOR_RUN |
	       VGR_CURSOR_RUN | VGR_BATCH_LEN;
}

static inline uint64_t vgr_made(uint64_t unmade)
{
	return (unmade / VGR_CURSOR_RUN + 1) * VGR_CURSOR_RUN;
}

static inline uint64_t vgr_nruns(uint64_t cursor)
{
	return (cursor / VGR_CURSOR_RUN + 1) / 2;
}

static_assert(VGR_BATCH_LEN < VGR_CURSOR_RUN, "a cursor holds any position");

/* Bits of vgr_slot.flags: each keeps a request off the shortest way. */
#define VGR_SLOT_STALE		1u	/* the key is older than an event */
#define VGR_SLOT_ORPHANED	2u	/* its thread has taken another slot */
#define VGR_SLOT_UNCLAIMED	4u	/* ... and wiped it; not given back yet */

/* vgr_slot.inside where no step leads in. */
#define VGR_CLOSED	(LONG_MAX / 2 + 1)

/*
 * The control block, one cache line.  Only the thread that owns the slot reads
 * and writes it, but for flags (atomic: any thread) and owner (the pool).
 */
struct vgr_slot {
	/*
	 * -1: nobody is inside.  0: a call is; n: and n have been turned away
	 * since.  VGR_CLOSED and more: free, or not yet its owner's.  A single
	 * instruction counts (step.h): a call that a signal stopped before it
	 * must not walk in on one that came meanwhile.  A long, since a store
	 * of two words could be stopped between them.
	 */
	long inside;
	/* The canonical frame address of the call inside; 0: not known. */
	uintptr_t frame;
	uint64_t cursor;
	struct vgr_state *state;
	void *owner;		/* a thread's vgr_thread_identity(), or NULL: free */
	unsigned long nkernel_keys;	/* asked for so far: the last vintage */
	uint32_t flags;
	uint32_t norphans;	/* slots this thread has left behind, before this */
	uint32_t nrestarts;	/* for vgetrandom_info() */
	uint16_t nforks;	/* of this process when the slot was claimed */
	bool is_restartable;	/* restart.h; if not, calls pass the door */
};

static_assert(sizeof(struct vgr_slot) <= 64, "one cache line");

/* How a call has its slot to itself. */
enum vgr_road {
	VGR_BEHIND_DOOR,	/* it is busy, and turns others away (thread.h) */
	VGR_RESTARTABLE,	/* others who come abort what it writes (restart.h) */
};

#endif
