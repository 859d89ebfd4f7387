/* SPDX-License-Identifier: MIT */
/*
 * quick.h - the usual request, on whichever road: the thread has a slot, the
 * batch has the bytes, the key is fresh.
 *
 * true: served, and *slot is NULL, or to be handed to vgr_thread_give_back.
 * false: nothing that was written may be kept, and *slot is what
 * vgr_thread_enter_slowly wants.
 */
#ifndef VGR_QUICK_H
#define VGR_QUICK_H

#include <stdbool.h>

#include "base.h"
#include "generator.h"
#include "restart.h"
#include "thread.h"

static inline bool vgr_quick_leave(struct vgr_slot **slot)
{
	if (likely(!vgr_thread_leave(*slot)))
		*slot = NULL;
	return true;
}

static inline __attribute__((always_inline))
bool vgr_quick_draw(uint8_t *buf, size_t len, uintptr_t frame,
		    struct vgr_slot **slot)
{
	*slot = NULL;
	if (vgr_restart_is_on())
		return vgr_section_draw(buf, len);
	return likely(vgr_thread_enter(frame, slot)) &&
	       likely(vgr_generator_draw(*slot, buf, len)) &&
	       vgr_quick_leave(slot);
}

static inline __attribute__((always_inline))
bool vgr_quick_u64(uint64_t *value, uintptr_t frame, struct vgr_slot **slot)
{
	*slot = NULL;
	if (vgr_restart_is_on())
		return vgr_section_draw_u64(value);
	return likely(vgr_thread_enter(frame, slot)) &&
	       likely(vgr_generator_draw_u64(*slot, value)) &&
	       vgr_quick_leave(slot);
}

static inline __attribute__((always_inline))
bool vgr_quick_u32(uint32_t *value, uintptr_t frame, struct vgr_slot **slot)
{
	*slot = NULL;
	if (vgr_restart_is_on())
		return vgr_section_draw_u32(value);
	return likely(vgr_thread_enter(frame, slot)) &&
	       likely(vgr_generator_draw_u32(*slot, value)) &&
	       vgr_quick_leave(slot);
}

#endif
