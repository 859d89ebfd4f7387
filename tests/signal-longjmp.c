/* SPDX-License-Identifier: MIT */
/*
 * Claim: a thousand times a handler leaves an interrupted request by longjmp,
 * and the thread is served in user space as before: at once when the next call
 * comes from the same depth of the stack, after at most three system calls
 * when it comes from another.
 *
 * To see it fail: in vgr_thread_enter_slowly of thread.c, leave out the
 * comparison with the frame that is inside, or forgetting what it had half
 * done; or let leave_behind return the slot there is.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "check-draw.h"
#include "check-inside.h"
#include "check-slot.h"
#include "check-tier.h"
#include "check.h"

#define NJUMPS		1000
#define NAFTER		20	/* requests after each jump */
#define PIECE_LEN	32
#define NDEPTHS		7
#define MAX_REFUSED	3	/* as the library's documents say */

static sigjmp_buf back;
static uint8_t after[NAFTER][PIECE_LEN];

static void jump_out(void)
{
	check(is_inside_a_call());
	siglongjmp(back, 1);
}

/* A request so many frames further down the stack. */
static __attribute__((noinline))
ssize_t draw_at(size_t depth, uint8_t *buf, size_t len)
{
	volatile ssize_t got;

	got = depth ? draw_at(depth - 1, buf, len) : vgetrandom(buf, len, 0);
	return got;
}

/*
 * Either a request that never comes back, or many that do.  One function, so
 * that both find the stack the same.
 */
static __attribute__((noinline))
void run_at(size_t depth, size_t dying_len, size_t stop_at)
{
	size_t i;

	if (dying_len) {
		uint8_t *buf = inside_arm(dying_len, stop_at, jump_out);

		if (!sigsetjmp(back, 1)) {
			draw_at(depth, buf, dying_len);
			check_failed(__FILE__, __LINE__, "a call is left");
		}
		/* What it left of itself, too, is never made again. */
		check_unique_windows(buf, stop_at < 256 ? stop_at : 256);
		check_eq(inside_disarm(), 1);
		return;
	}
	for (i = 0; i < NAFTER; i++)
		check_eq(draw_at(depth, after[i], PIECE_LEN), PIECE_LEN);
	check_unique_windows(after, sizeof(after));
}

/* Returns how many system calls were made. */
static uint64_t jump_and_draw(size_t i, size_t depth, size_t next_depth)
{
	static const size_t lens[] = { 16, 32, 100, 1500, 5000, 20000 };
	size_t len = lens[i % (sizeof(lens) / sizeof(lens[0]))];
	uint64_t before = info_now().system_calls;

	run_at(depth, len, i % 4 ? len / 2 : i % 16);
	check_eq(info_now().system_calls, before);
	run_at(next_depth, 0, 0);
	return info_now().system_calls - before;
}

int main(void)
{
	struct vgetrandom_info start, end;
	uint64_t ncalls;
	size_t i;

	if (check_tier() == 3)
		skip("requests are system calls: there is no inside");
	inside_init(0);
	draw_away(16);

	start = info_now();
	for (i = 0; i < NJUMPS; i++)
		check_eq(jump_and_draw(i, i % NDEPTHS, i % NDEPTHS), 0);
	end = info_now();
	printf("same depth: %d jumps, no system call, %llu slots more\n",
	       NJUMPS, (unsigned long long)(end.slots - start.slots));
	check_eq(end.slots, start.slots);

	/*
	 * Each leaves a slot behind, which a later call from the dead one's
	 * depth gives back before it leaves another.
	 */
	for (i = 0; i < NJUMPS; i++) {
		ncalls = jump_and_draw(i, i % NDEPTHS, (i + 1) % NDEPTHS);
		if (ncalls > MAX_REFUSED)
			printf("after %zu jumps: %llu system calls\n", i + 1,
			       (unsigned long long)ncalls);
		check(ncalls <= MAX_REFUSED);
	}
	end = info_now();
	printf("other depth: %d jumps, %llu slots more\n", NJUMPS,
	       (unsigned long long)(end.slots - start.slots));
	check(end.slots - start.slots < NDEPTHS);
	return 0;
}
