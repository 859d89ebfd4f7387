/* SPDX-License-Identifier: MIT */
/*
 * section.h - restartable sequences as the kernel lets them be seen: pieces that
 * whatever comes to their thread ends, with what they have written so far.
 *
 * In the place of arch's section.h, below the library's restart.c.  Each access
 * is one at which something may happen; copies and wipes go word by word.
 */
#ifndef VGR_SECTION_H
#define VGR_SECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "generation.h"
#include "state.h"
#include "thread.h"

extern ptrdiff_t vgr_restart_field;

/* What the kernel knows of each thread; is_over is NULL outside of the code. */
static struct {
	const void *section;
	volatile bool *is_over;
} in_section[NTHREADS];

static const char sections[3][32]
	__attribute__((section("vgr_restart_sections"), used)) = { { 1 } };
#define DRAW_SECTION	sections[0]
#define WRITE_SECTION	sections[1]
#define CORE_SECTION	sections[2]

/* A signal, or another thread's turn on this one's processor. */
static void interrupt(unsigned int thread)
{
	if (in_section[thread].is_over)
		*in_section[thread].is_over = true;
	in_section[thread].is_over = NULL;
	in_section[thread].section = NULL;
}

static uint64_t vgr_section_now(void)
{
	uint64_t now;

	one_access();
	now = (uintptr_t)in_section[this_thread].section;
	nmasks--;
	return now;
}

static void vgr_section_enter(const void *section)
{
	one_access();
	in_section[this_thread].section = section;
	nmasks--;
}

static void vgr_section_leave(void)
{
	one_access();
	in_section[this_thread].section = NULL;
	nmasks--;
}

static int32_t vgr_section_cpu(void)
{
	return cpu_of_thread[this_thread];
}

/* ---- In a section's code ------------------------------------------------------ */

static void begin(const void *section, volatile bool *is_over)
{
	*is_over = false;
	one_access();
	in_section[this_thread].section = section;
	in_section[this_thread].is_over = is_over;
	nmasks--;
}

/* Both behind the code's end: nothing can be taken back there. */
static bool give_up(void)
{
	in_section[this_thread].is_over = NULL;
	vgr_section_leave();
	return false;
}

static bool commit(void)
{
	give_up();
	return true;
}

/* false: it is over.  Else nothing can happen until nmasks--. */
static bool lasts(const volatile bool *is_over)
{
	one_access();
	if (!*is_over)
		return true;
	nmasks--;
	return false;
}

#define DO(statement) \
	do { \
		if (!lasts(is_over)) \
			return false; \
		statement; \
		nmasks--; \
	} while (0)

static bool copy_in_section(void *to, void *from, size_t len,
			    const volatile bool *is_over)
{
	uint64_t words[16], *its = to, *those = from;
	size_t i, n = len / 8;

	for (i = 0; i < n; i++)
		DO(words[i] = those[i]);
	for (i = 0; i < n; i++)
		DO(its[i] = words[i]);
	for (i = 0; i < n; i++)
		DO(those[i] = 0);
	return true;
}

/* ---- The sections ---------------------------------------------------------------- */

static bool vgr_section_draw(void *buf, size_t len)
{
	volatile bool over, *is_over = &over;
	uint64_t cursor, word, stamp;
	struct vgr_state *state;
	struct vgr_slot *slot;
	bool is_restartable;
	uint32_t flags;

	if (vgr_section_now())
		return false;
	begin(DRAW_SECTION, is_over);
	DO(slot = vgr_thread_slot);
	if (!slot)
		return give_up();
	DO(is_restartable = slot->is_restartable);
	if (!is_restartable)
		return give_up();
	DO(cursor = slot->cursor);
	if (len > VGR_BATCH_LEN - vgr_position(cursor))
		return give_up();
	DO(slot->cursor = cursor + len);
	DO(state = slot->state);
	if (!copy_in_section(buf, state->batch + vgr_position(cursor), len,
			     is_over))
		return false;
	DO(word = *vgr_generation_word);
	DO(stamp = state->stamp[VGR_SOURCE_KERNEL]);
	DO(flags = slot->flags);
	if (!word || stamp != word || flags)
		return give_up();
	return commit();
}

static bool vgr_section_draw_u64(uint64_t *value)
{
	return vgr_section_draw(value, sizeof(*value));
}

/* Nobody draws half a word here. */
#define vgr_section_draw_u32(value)	(*(value) = 0, false)

/* The checks that each write of the generator begins with. */
#define DO_AT_CURSOR(slot, cursor) \
	do { \
		bool is_so_; \
		DO(is_so_ = vgr_thread_slot == (slot)); \
		if (!is_so_) \
			return give_up(); \
		DO(is_so_ = (slot)->cursor == (cursor)); \
		if (!is_so_) \
			return give_up(); \
	} while (0)

static bool vgr_section_move(void *to, void *from, size_t len,
			     const struct vgr_slot *slot, uint64_t cursor)
{
	volatile bool over, *is_over = &over;

	begin(WRITE_SECTION, is_over);
	DO_AT_CURSOR(slot, cursor);
	if (!copy_in_section(to, from, len, is_over))
		return false;
	DO(;);
	return commit();
}

static bool vgr_section_take(void *to, void *from, size_t len,
			     struct vgr_slot *slot, uint64_t cursor)
{
	volatile bool over, *is_over = &over;

	begin(WRITE_SECTION, is_over);
	DO_AT_CURSOR(slot, cursor);
	DO(slot->cursor += len);
	if (!copy_in_section(to, from, len, is_over))
		return false;
	DO(;);
	return commit();
}

static bool vgr_section_swap(struct vgr_slot *slot, uint64_t cursor,
			     uint64_t fresh)
{
	volatile bool over, *is_over = &over;

	begin(WRITE_SECTION, is_over);
	DO_AT_CURSOR(slot, cursor);
	DO(slot->cursor = fresh);
	DO(;);
	return commit();
}

static bool vgr_section_wipe(struct vgr_slot *slot, uint32_t flags_to_keep,
			     uint64_t cursor)
{
	volatile bool over, *is_over = &over;
	uint64_t *words;
	size_t i;

	begin(WRITE_SECTION, is_over);
	DO_AT_CURSOR(slot, cursor);
	DO(words = (uint64_t *)slot->state);
	for (i = 0; i < VGR_STATE_LEN / 8; i++)
		DO(words[i] = 0);
	DO(slot->flags &= flags_to_keep);
	DO(;);
	return commit();
}

#endif
