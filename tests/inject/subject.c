/* SPDX-License-Identifier: MIT */
/*
 * subject.c - the library's calls for threads as subjects; see subject.h.
 *
 * A run begins with a key of its own: nothing of it is known to other runs.
 */
#include "subject.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "arenas.h"
#include "check.h"
#include "generation.h"
#include "generator.h"
#include "host.h"
#include "pool.h"
#include "road.h"
#include "scarce.h"
#include "thread.h"
#include "vgetrandom.h"

const struct shape shapes[] = {
	{    1, START_FRESH,	"1 fresh" },
	{    1, START_PART,	"1 part" },
	{    1, START_ENDING,	"1 ending" },
	{    8, START_PART,	"8 part" },
	{    8, START_ENDING,	"8 ending" },
	{    8, START_STALE,	"8 stale" },
	{    8, START_BUSY,	"8 busy" },
	{    8, START_FIRST,	"8 first" },
	{   16, START_FRESH,	"16 fresh" },
	{   16, START_PART,	"16 part" },
	{   16, START_ENDING,	"16 ending" },
	{   16, START_STALE,	"16 stale" },
	{   16, START_FIRST,	"16 first" },
	{   32, START_FRESH,	"32 fresh" },
	{   32, START_PART,	"32 part" },
	{   32, START_ENDING,	"32 ending" },
	{   32, START_STALE,	"32 stale" },
	{   32, START_FIRST,	"32 first" },
	{   32, START_GROW,	"32 grow" },
	{   32, START_REFUSED,	"32 refused" },
	{   32, START_LAST,	"32 last" },
	{   32, START_BUSY,	"32 busy" },
	{   32, START_DEAD,	"32 dead" },
	{   32, START_SPENT,	"32 spent" },
	{   32, START_AGAIN,	"32 again" },
	{  100, START_FRESH,	"100 fresh" },
	{  100, START_PART,	"100 part" },
	{  100, START_ENDING,	"100 ending" },
	{  256, START_FRESH,	"256 fresh" },
	{  256, START_PART,	"256 part" },
	{  256, START_ENDING,	"256 ending" },
	{ 1000, START_FRESH,	"1000 fresh" },
	{ 1000, START_PART,	"1000 part" },
	{ 1000, START_ENDING,	"1000 ending" },
	{ 4096, START_FRESH,	"4096 fresh" },
	{ 4096, START_PART,	"4096 part" },
	{ 4096, START_ENDING,	"4096 ending" },
	{ 5000, START_FRESH,	"5000 fresh" },
	{ 5000, START_PART,	"5000 part" },
	{ 5000, START_ENDING,	"5000 ending" },
	{ 0 },
};

/* Where in a batch of so many bytes the request begins. */
uint32_t subject_position(const struct shape *shape, uint32_t batch_len)
{
	switch (shape->start) {
	case START_PART:
		return batch_len / 4;
	case START_ENDING:
		return batch_len - (shape->len / 2 < batch_len / 4 ?
				    (uint32_t)shape->len / 2 : batch_len / 4);
	default:
		return 0;
	}
}

void *subject_map_page(uint32_t flags)
{
	void *page = mmap(NULL, (size_t)sysconf(_SC_PAGESIZE),
			  PROT_READ | PROT_WRITE, (int)flags, -1, 0);

	if (page == MAP_FAILED)
		hard_error("no droppable memory");
	return page;
}

/* A state of the caller's is never first, nor left for another. */
bool subject_fits_one_state(const struct shape *shape)
{
	return shape->start <= START_STALE;
}

void subject_nothing(void)
{
}

#define DEAD_INSIDE	77

/* ---- vgetrandom() --------------------------------------------------------- */

static struct vgr_slot *left_slot;	/* its call sleeps, and will wake up */
static struct vgr_slot *asleep_slot;	/* the same, left behind already */
static struct vgr_slot *dead_slot;	/* its call had the next one's frame: */
static struct vgr_slot *buried_slot;	/* ... that is known by now */
static struct vgr_slot *spent_slot;	/* its call died with its thread's stack */

static bool has_any_shape(const struct shape *shape)
{
	(void)shape;
	return true;
}

static const void *library_entry(void)
{
	return (const void *)(uintptr_t)vgetrandom;
}

/* Not by a jump: what we call has its frame where our stack ends. */
static __attribute__((noinline)) ssize_t library_call(void *buf, size_t len)
{
	struct vgr_slot *slot = dead_slot;
	ssize_t got;

	if (slot) {
		__asm__ volatile("mov %%rsp, %0" : "=r"(slot->frame));
		buried_slot = slot;
		dead_slot = NULL;
	}
	got = vgetrandom(buf, len, 0);
	__asm__ volatile("" : "+r"(got));
	return got;
}

/* Where a dead call may have had its frame, whatever stack we are on. */
static const void *thread_stack(void)
{
	uintptr_t low, high;

	if (vgr_host_stack(&low, &high))
		hard_error("no stack");
	return (const void *)high;
}

/* A slot that this thread left behind while a call was inside. */
static struct vgr_slot *leave_one_behind(const void *frame)
{
	struct vgr_slot *slot = vgr_pool_claim(0);

	if (!slot)
		hard_error("no slot");
	vgr_pool_open(slot, vgr_thread_identity());
	slot->inside = DEAD_INSIDE;
	slot->frame = (uintptr_t)frame;
	__atomic_fetch_or(&slot->flags, VGR_SLOT_ORPHANED | VGR_SLOT_UNCLAIMED,
			  __ATOMIC_SEQ_CST);
	vgr_thread_slot->norphans++;
	return slot;
}

/*
 * No call is inside any more, and none was given up by a call that was itself
 * left by longjmp: else a sweep's slots would be counted together.
 */
static void give_back_orphans(void)
{
	struct vgr_arena *arena;
	uint32_t i;

	vgr_for_each_arena(arena)
		for (i = 0; i < arena->nused; i++) {
			struct vgr_slot *slot = &arena->slots[i];

			if (slot->owner != vgr_thread_identity() ||
			    slot == vgr_thread_slot)
				continue;
			slot->flags |= VGR_SLOT_ORPHANED | VGR_SLOT_UNCLAIMED;
			slot->inside = -1;
			vgr_thread_give_back(slot);
		}
}

/* A thread that has no slot, or no more. */
static bool begin_in_thread(enum start start)
{
	if (start == START_LAST) {
		if (vgetrandom_prepare())
			hard_error("no slot");
		vgr_thread_exit();
	}
	if (start == START_REFUSED)
		scarce_refuse();
	if (start == START_REFUSED || start == START_GROW)
		scarce_begin();
	return !vgr_thread_has_slot();
}

static bool library_begin(const struct shape *shape)
{
	struct vgr_slot *slot;

	left_slot = asleep_slot = dead_slot = buried_slot = spent_slot = NULL;
	road_is_free_again();
	if (shape->start >= START_IN_THREAD)
		return begin_in_thread(shape->start);
	if (vgetrandom_prepare())
		hard_error("no slot");
	slot = vgr_thread_slot;
	slot->inside = -1;
	slot->frame = 0;
	slot->norphans = 0;
	give_back_orphans();
	vgr_generator_forget(slot);
	if (vgr_generator_fill(slot, VGR_BEHIND_DOOR, NULL, 0))
		hard_error("no key");
	slot->cursor = subject_position(shape, VGR_BATCH_LEN);
	if (shape->start == START_STALE)
		__atomic_fetch_or(&slot->flags, VGR_SLOT_STALE,
				  __ATOMIC_SEQ_CST);
	if (shape->start == START_BUSY || shape->start == START_DEAD) {
		slot->inside = 3;
		slot->frame = 1;
		left_slot = slot;
	}
	if (shape->start == START_DEAD) {
		asleep_slot = leave_one_behind(&asleep_slot);
		dead_slot = leave_one_behind(NULL);
	}
	if (shape->start == START_SPENT) {
		slot->inside = DEAD_INSIDE;
		slot->frame = (uintptr_t)thread_stack();
		spent_slot = slot;
	}
	if (shape->start == START_AGAIN) {
		slot->inside = 3;
		dead_slot = spent_slot = slot;
	}
	return true;
}

/* The calls that were inside of slots left behind end. */
static void wake_up(struct vgr_slot **slot)
{
	if (*slot && vgr_thread_leave(*slot))
		vgr_thread_give_back(*slot);
	*slot = NULL;
}

static void library_end(void)
{
	wake_up(&left_slot);
	wake_up(&asleep_slot);
	/* Nobody came by at its depth who had to leave another. */
	if (buried_slot && buried_slot->inside == DEAD_INSIDE &&
	    vgr_pool_take_mark(buried_slot))
		vgr_pool_release(buried_slot);
	buried_slot = NULL;
	if (spent_slot && vgr_pool_take_mark(spent_slot))
		vgr_pool_release(spent_slot);
	spent_slot = NULL;
	scarce_end();
}

static uint8_t *library_state(void)
{
	return vgr_thread_has_slot() ? vgr_thread_slot->state->line : NULL;
}

bool subject_foretell_from(const struct vgr_slot *from,
			   const struct vgr_state *state, void *buf, size_t len)
{
	static struct vgr_state copy;
	struct vgr_slot slot = *from;

	copy = *state;
	slot.state = &copy;
	if (!vgr_generation_is_current(&slot))
		return false;
	return !vgr_generator_fill(&slot, VGR_BEHIND_DOOR, buf, len);
}

static bool library_foretell(void *buf, size_t len)
{
	struct vgr_slot *slot = vgr_thread_slot;

	return vgr_thread_has_slot() && slot->inside < 0 &&
	       subject_foretell_from(slot, slot->state, buf, len);
}

const struct subject subject_library = {
	"vgetrandom", true, true, library_entry, library_call,
	has_any_shape, library_begin, library_end, library_state,
	VGR_STATE_LEN, 0, VGR_NSOURCES, library_foretell,
};

/* ---- A thread's end -------------------------------------------------------- */

static const void *exit_entry(void)
{
	return (const void *)(uintptr_t)vgr_thread_exit;
}

/* As the thread's last destructor would draw. */
static ssize_t exit_call(void *buf, size_t len)
{
	vgr_thread_exit();
	return vgetrandom(buf, len, 0);
}

static bool exit_has_shape(const struct shape *shape)
{
	return shape->len == 32 && (shape->start == START_PART ||
				    shape->start == START_DEAD);
}

/* Dead with it: a call on the thread's own stack, in a slot left behind. */
static bool exit_begin(const struct shape *shape)
{
	struct shape part = *shape;

	part.start = START_PART;
	if (!exit_has_shape(shape) || !library_begin(&part))
		return false;
	if (shape->start == START_DEAD) {
		asleep_slot = leave_one_behind(&asleep_slot);
		leave_one_behind(thread_stack());
	}
	return true;
}

bool subject_foretell_nothing(void *buf, size_t len)
{
	(void)buf;
	(void)len;
	return false;
}

const struct subject subject_exit = {
	"thread exit", true, true, exit_entry, exit_call,
	exit_has_shape, exit_begin, library_end, library_state,
	VGR_STATE_LEN, 0, VGR_NSOURCES, subject_foretell_nothing,
};
