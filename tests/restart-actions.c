/* SPDX-License-Identifier: MIT */
/*
 * restart-actions.c - what a handler does that stands in the middle of a call.
 */
#include "restart-actions.h"

#ifdef VGR_CAN_RESTART

#include <sched.h>
#include <string.h>
#include <sys/wait.h>

#include "check-child.h"
#include "check-draw.h"
#include "thread.h"

static uint8_t other_stack[64 * 1024] __attribute__((aligned(64)));

static enum giver here(void)
{
	return restart_is_child ? BY_CHILD : BY_HANDLER;
}

static void draw_some(size_t len)
{
	uint8_t bytes[1024];

	draw(bytes, len);
	restart_give(here(), bytes, len);
}

static void nothing(void)
{
}

static void draw_16(void)
{
	draw_some(16);
}

static void draw_1000(void)
{
	draw_some(1000);
}

static void draw_until_refill(void)
{
	uint64_t run = vgr_nruns(vgr_thread_slot->cursor);
	int i;

	for (i = 0; i < 40 && vgr_nruns(vgr_thread_slot->cursor) == run; i++)
		draw_some(40);
}

/* Leaves a batch that is new and whole. */
static void draw_to_a_new_batch(void)
{
	size_t left = VGR_BATCH_LEN - vgr_position(vgr_thread_slot->cursor);

	if (left)
		draw_some(left);
	draw_some(1024);
}

static void draw_integer(void)
{
	uint64_t value = vgetrandom_u64();

	restart_give(here(), &value, sizeof(value));
}

/* Not fork(): no handler of ours is told. */
static void fork_and_draw(void)
{
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	int status;

	if (pid < 0)
		hard_error("clone");
	if (!pid) {
		restart_is_child = true;
		draw_some(16);
		return;
	}
	if (waitpid(pid, &status, 0) != pid)
		hard_error("waitpid");
	pass_on(status);
	draw_some(16);
}

static int in_same_memory(void *unused)
{
	(void)unused;
	draw_some(16);
	draw_some(1000);
	return 0;
}

static void child_in_same_memory(void)
{
	pid_t pid = clone(in_same_memory, other_stack + sizeof(other_stack),
			  CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		hard_error("clone, or waitpid");
	pass_on(status);
	draw_some(16);
}

static void leave(void)
{
	restart_abandon();
}

static void draw_and_leave(void)
{
	draw_some(16);
	restart_abandon();
}

static ucontext_t interrupted, other;

static void in_other_context(void)
{
	draw_some(100);
	draw_some(1000);
	swapcontext(&other, &interrupted);
}

static void draw_elsewhere(void)
{
	getcontext(&other);
	other.uc_stack.ss_sp = other_stack;
	other.uc_stack.ss_size = sizeof(other_stack);
	makecontext(&other, in_other_context, 0);
	swapcontext(&interrupted, &other);
}

static void reseed(void)
{
	vgetrandom_reseed();
}

static void reseed_and_draw(void)
{
	vgetrandom_reseed();
	draw_some(16);
}

static void quiesce(void)
{
	vgetrandom_quiesce();
	vgetrandom_reseed();
}

static void drop(void)
{
	uintptr_t page_len = (uintptr_t)sysconf(_SC_PAGESIZE);
	void *page = (void *)((uintptr_t)vgr_thread_slot->state & -page_len);

	/* MADV_DONTNEED_LOCKED: Linux 5.18 */
	if (madvise(page, page_len, MADV_DONTNEED) &&
	    madvise(page, page_len, 24))
		hard_error("madvise");
}

static void drop_and_draw(void)
{
	drop();
	draw_some(16);
}

static void drop_and_use_up(void)
{
	drop();
	draw_some(1000);
	draw_until_refill();
}

const struct action restart_actions[] = {
	{ "nothing", nothing, false, false, false },
	{ "draw 16", draw_16, false, false, false },
	{ "draw 1000", draw_1000, false, false, false },
	{ "draw until a refill", draw_until_refill, false, false, false },
	{ "draw to a new batch", draw_to_a_new_batch, false, false, false },
	{ "draw an integer", draw_integer, false, false, false },
	{ "fork", fork_and_draw, true, false, true },
	{ "child in the same memory", child_in_same_memory, false, false, false },
	{ "longjmp", leave, false, false, true },
	{ "draw, longjmp", draw_and_leave, false, false, true },
	{ "swapcontext", draw_elsewhere, false, false, false },
	{ "reseed", reseed, true, false, false },
	{ "reseed, draw", reseed_and_draw, true, false, false },
	{ "quiesce", quiesce, true, false, false },
	{ "drop", drop, true, false, false },
	{ "drop, draw", drop_and_draw, true, false, false },
	{ "drop, draw 1000 and more", drop_and_use_up, true, false, false },
	{ "nothing, each time", nothing, false, true, true },
	{ "draw 16, each time", draw_16, false, true, true },
	{ 0 },
};

bool restart_fork_is_why(const struct action *action)
{
	return action->happen == fork_and_draw;
}

size_t restart_written(const uint8_t *buf, size_t len)
{
	while (len && !buf[len - 1])
		len--;
	return len;
}

#endif
