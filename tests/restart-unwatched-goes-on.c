/* SPDX-License-Identifier: MIT */
/*
 * Claim: where the kernel does not watch a thread that looks as if it did (a
 * child made by clone(CLONE_VM), a thread with a copy of another's memory), a
 * call that a signal finds in a section goes on afterwards, and still nobody
 * gets a byte twice or a zero: the handler's requests are system calls.
 *
 * To see it fail: let a section begin in another (VGR_SECTION_BEGIN).
 *
 * What the kernel would watch is set elsewhere (check-stop.h).  Not asked here:
 * what a longjmp out of such a section costs (it is never over: system calls
 * until the thread ends), and a fork in it, which tests/inject has for each
 * instruction.  A sample by the printed seed; VGR_TEST_FULL=1: each instruction,
 * of a loop in the first two turns and the last.
 */
#include "restart-run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check-tier.h"
#include "check.h"

#ifdef VGR_CAN_RESTART

#include "check-draw.h"
#include "thread.h"

#define NSAMPLES	4

static unsigned long nruns, nin_section, nsystem_calls;

static void run(const struct shape *shape, const struct action *action,
		const struct stop *stop)
{
	struct outcome outcome = restart_run(shape, action, stop);

	if (outcome.is_disturbed || !outcome.is_stopped)
		return;
	nruns++;
	nin_section += stop->in_section;
	nsystem_calls += outcome.nsystem_calls;
	check(!outcome.is_aborted);
	check(stop->is_named || !outcome.nsystem_calls);
}

static void run_action(const struct shape *shape, const struct action *action,
		       const struct stop_path *path, bool is_full)
{
	size_t i, n;

	for (i = 0; is_full && i < path->len; i++)
		if (path->steps[i].nth < 3 ||
		    path->steps[i].nth == path->steps[i].nturns)
			run(shape, action, &path->steps[i]);
	for (n = 0; !is_full && n < NSAMPLES; ) {
		i = check_random() % path->len;
		n += path->steps[i].in_section;
		run(shape, action, &path->steps[i]);
	}
}

static void run_shape(const struct shape *shape, bool is_full)
{
	const struct stop_path *path = restart_path(shape);
	const struct action *action;

	if (!path)
		hard_error("the path of \"%s\" is too long", shape->name);
	for (action = restart_actions; action->name; action++)
		if (!action->only_watched)
			run_action(shape, action, path, is_full);
}

int main(void)
{
	bool is_full = getenv("VGR_TEST_FULL");
	const struct shape *shape;
	int breakpoint;

	if (check_tier() == 3)
		skip("requests are system calls");
	draw_away(16);
	if (!vgr_thread_slot->is_restartable)
		skip("this thread has no restartable sequences");
	breakpoint = stop_set((uintptr_t)vgetrandom, 1);
	if (breakpoint < 0)
		skip("no hardware breakpoints here: %s", strerror(errno));
	close(breakpoint);
	restart_init();
	restart_run_unwatched();
	for (shape = restart_shapes; shape->name; shape++)
		run_shape(shape, is_full);
	printf("%lu stops, %lu of them in a section; %lu system calls\n", nruns,
	       nin_section, nsystem_calls);
	check(nin_section && nsystem_calls);
	return 0;
}

#else

int main(void)
{
	skip("there are no restartable sequences here");
}

#endif
