/* SPDX-License-Identifier: MIT */
/*
 * Claim: where there is no droppable memory, keys lie in memory that is locked,
 * wiped on fork, never dumped and never merged; a forked child locks its own
 * before it takes a key, and a child of raw clone, which cannot, makes system
 * calls until vgetrandom_prepare(), whatever else it calls.
 *
 * To see it fail: in vgr_arenas_may_hold_key of arenas.c, say yes always; or in
 * vgr_arenas_drop, set the mark whether it was there or not.
 */
#include <signal.h>
#include <stdio.h>

#include "check-child.h"
#include "check-clone.h"
#include "check-draw.h"
#include "check-mapping.h"
#include "check-tier.h"
#include "check.h"

static void is_locked(void)
{
	struct mapping arena = mapping_of(own_state());

	check(mapping_has(&arena, "lo"));	/* locked */
	check(mapping_has(&arena, "wf"));	/* wiped on fork */
	check(mapping_has(&arena, "dd"));	/* not dumped */
	check(!mapping_has(&arena, "mg"));	/* not merged */
	check(!mapping_has(&arena, "dp"));
	check_eq(arena.locked_len, arena.rss_len);
	check(arena.rss_len > 0);
	/* On fault, not at once: what no thread uses costs nothing. */
	check(arena.rss_len < (size_t)(arena.end - arena.start) / 2);
}

static void holds_no_key(void)
{
	struct mapping arena = mapping_of(vgr_thread_slot->state);
	uint64_t nbefore = info_now().system_calls;

	check(!mapping_has(&arena, "lo"));
	draw_away(16);
	draw_away(1);
	check_eq(info_now().system_calls, nbefore + 2);
	check(is_zero(vgr_thread_slot->state, VGR_STATE_LEN));
	check_eq(info_now().is_active, 0);
	check(info_now().why_not != NULL);
}

static void in_forked_child(void)
{
	uint64_t nbefore = info_now().system_calls;

	is_locked();
	draw_away(1000);
	check_eq(info_now().system_calls, nbefore);
	check_eq(info_now().is_active, 1);
}

static void in_raw_child(void)
{
	holds_no_key();
	vgetrandom_reseed();
	holds_no_key();
	vgetrandom_quiesce();
	vgetrandom_reseed();
	holds_no_key();
	check_eq(vgetrandom_prepare(), 0);
	in_forked_child();
}

static void by_raw_clone(void (*body)(void))
{
	pid_t pid;

	fflush(NULL);
	pid = raw_clone(SIGCHLD);
	if (pid < 0)
		hard_error("clone");
	if (!pid) {
		body();
		_exit(0);
	}
	pass_on(wait_for(pid));
}

int main(int argc, char **argv)
{
	(void)argc;
	restart_with(argv, "VGETRANDOM_MEMORY", "locked");
	if (check_tier() == 3)
		skip("no memory can be locked here: %s", info_now().why_not);
	is_locked();
	in_child(in_forked_child);
	by_raw_clone(in_raw_child);
	vgetrandom_quiesce();
	vgetrandom_reseed();
	is_locked();
	return 0;
}
