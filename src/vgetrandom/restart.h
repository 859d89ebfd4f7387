/* SPDX-License-Identifier: MIT */
/*
 * restart.h - restartable sequences (rseq(2)): code that a signal, another
 * thread's turn or another processor ends for good, instead of resuming it.
 *
 * While a thread is in such a section the kernel watches: before a signal
 * handler runs, or when the thread comes back to the processor, it sends the
 * thread to the section's abort address.  So what a handler has done to the
 * state meanwhile is not written over, and what registers held in the signal's
 * frame was never given to anybody.
 *
 * The C library registers each thread with the kernel (glibc 2.35 and later);
 * this library never does.  A slot whose thread is registered is restartable:
 * its calls pass no door (thread.h), since nobody is ever found inside.
 */
#ifndef VGR_RESTART_H
#define VGR_RESTART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "state.h"

#ifdef VGR_CAN_RESTART

#include "section.h"

/*
 * How far from the thread pointer the address of the section that a thread is in
 * (struct rseq's rseq_cs); 0: there are no sections to be had.
 */
extern ptrdiff_t vgr_restart_field;

static inline bool vgr_restart_is_on(void)
{
	return vgr_restart_field;
}

/* Finds it.  Called once, by the host: NULL, or why there will be no sections. */
const char *vgr_restart_init(void);

/* Whether the calling thread can have sections. */
bool vgr_restart_is_registered(void);

/* Whether this is the calling thread's slot, and restartable. */
bool vgr_restart_still(const struct vgr_slot *slot);

/*
 * Before a call's first section: false if the thread is in a section already,
 * which only a handler finds in a process made by clone(CLONE_VM): the kernel
 * does not watch it, whatever its memory, which is its parent's, may say.
 */
bool vgr_restart_may_begin(void);

/*
 * What a call may write to a state, each in a section of its own: done if the
 * slot is the calling thread's, restartable and at that cursor from the first
 * instruction to the last.  false: it is not, or the section was aborted.
 * vgr_restart_take moves the cursor by len before it moves the bytes.
 */
bool vgr_restart_blocks(uint8_t *out, const uint8_t *key, uint64_t counter,
			size_t nblocks, const struct vgr_slot *slot,
			uint64_t cursor);
bool vgr_restart_move(void *to, void *from, size_t len,
		      const struct vgr_slot *slot, uint64_t cursor);
bool vgr_restart_take(void *to, void *from, size_t len, struct vgr_slot *slot,
		      uint64_t cursor);
bool vgr_restart_swap(struct vgr_slot *slot, uint64_t cursor, uint64_t fresh);
bool vgr_restart_wipe(struct vgr_slot *slot, uint32_t flags_to_keep,
		      uint64_t cursor);

#else

static inline bool vgr_restart_is_on(void)
{
	return false;
}

static inline const char *vgr_restart_init(void)
{
	return "not built in";
}

static inline bool vgr_restart_is_registered(void)
{
	return false;
}

/* No slot is restartable: none of these is ever reached. */
#define vgr_restart_still(slot)						false
#define vgr_restart_may_begin()						false
#define vgr_restart_blocks(out, key, counter, nblocks, slot, cursor)	false
#define vgr_restart_move(to, from, len, slot, cursor)			false
#define vgr_restart_take(to, from, len, slot, cursor)			false
#define vgr_restart_swap(slot, cursor, fresh)				false
#define vgr_restart_wipe(slot, flags_to_keep, cursor)			false
#define vgr_section_draw(buf, len)					false
#define vgr_section_draw_u64(value)					false
#define vgr_section_draw_u32(value)					false

#endif

#endif
