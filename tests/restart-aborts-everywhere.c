/* SPDX-License-Identifier: MIT */
/*
 * Claim: wherever a signal finds a call of a thread with restartable sequences,
 * and whatever its handler does there, nobody gets a byte twice, nor a zero, nor
 * one that the signal's frame has shown; no request becomes a system call, but
 * one that was stopped again and again; and no slot is lost.
 *
 * To see it fail: advance the cursor last in VGR_SECTION_CLAIM.
 *
 * The signal is real and comes at a chosen instruction (check-stop.h), in a
 * section or between sections.  A sample, by the printed seed.
 *
 *   restart-aborts-everywhere [--shape NAME] [--action NAME]
 *
 * VGR_TEST_FULL=1: every instruction, every action, every core; of a loop the
 * first, the second and the last turn.
 */
#include "restart-run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check-child.h"
#include "check-tier.h"
#include "check.h"

#ifdef VGR_CAN_RESTART

#include "chacha20.h"
#include "check-draw.h"
#include "impl.h"
#include "thread.h"

#define NSAMPLES	2	/* of a shape and an action */

/* Of all processes. */
static struct {
	unsigned long nruns, nin_section, naborted, nunaborted, nmissed;
	unsigned long nsystem_calls;
} *counts;

static const char *only_shape, *only_action;
static bool is_full;

/* Turns of a loop are much alike. */
static bool is_edge(const struct stop *stop)
{
	return stop->nth < 3 || stop->nth == stop->nturns;
}

static void count(const struct stop *stop, const struct outcome *outcome)
{
	counts->nruns++;
	counts->nmissed += !outcome->is_stopped;
	if (stop->in_section && outcome->is_stopped) {
		counts->nin_section++;
		counts->nunaborted += !outcome->is_aborted;
	}
	counts->naborted += outcome->is_aborted;
	counts->nsystem_calls += outcome->nsystem_calls;
}

/*
 * A system call that a stop is the cause of comes again when that does.  Others
 * have a cause elsewhere: a page that the kernel wanted at that moment.  Where
 * the key dies at the stop, a second death is enough for one, and where the
 * breakpoint has been passed in vain all turns of others came on the way: those
 * are counted.
 */
static void run(const struct shape *shape, const struct action *action,
		const struct stop *stop)
{
	struct outcome outcome;
	int again;

	for (again = 0; again < 3; again++) {
		outcome = restart_run(shape, action, stop);
		if (outcome.is_disturbed)
			return;
		count(stop, &outcome);
		if (outcome.nsystem_calls <= action->at_each_pass ||
		    action->makes_stale || !outcome.is_stopped)
			return;
	}
	printf("%lu system calls (%lu restarts, %d stops): \"%s\" stopped at %#lx, pass %u; there: %s\n",
	       (unsigned long)outcome.nsystem_calls,
	       (unsigned long)outcome.nrestarts, outcome.nstops, shape->name,
	       (unsigned long)stop->at, stop->nth, action->name);
	check_tier();
	exit(1);
}

/* What the batch has is the same whatever core made it. */
static bool is_for_this_core(const struct shape *shape)
{
	const struct vgr_chacha20_impl *best = vgr_chacha20_impls;

	while (best->needs & ~vgr_cpu_features())
		best++;
	return is_full || only_shape || !strcmp(best->name, info_now().core) ||
	       ((shape->is_stale ||
		 shape->position + shape->len > VGR_BATCH_LEN) &&
		shape->len <= 1000);
}

/* Half of a sample in sections, half between them. */
static void run_sample(const struct shape *shape, const struct action *action,
		       const struct stop_path *path)
{
	size_t n, tries, i;

	for (n = 0; n < NSAMPLES; n++) {
		for (tries = 0; tries < 1000; tries++) {
			i = check_random() % path->len;
			if (path->steps[i].in_section == (n % 2 == 0) &&
			    (!action->at_each_pass ||
			     path->steps[i].nth == 1))
				break;
		}
		run(shape, action, &path->steps[i]);
	}
}

static void run_all(const struct shape *shape, const struct action *action,
		    const struct stop_path *path)
{
	size_t i;

	for (i = 0; i < path->len; i++)
		if (is_edge(&path->steps[i]) &&
		    (!action->at_each_pass || path->steps[i].nth == 1))
			run(shape, action, &path->steps[i]);
}

/*
 * In a process of its own: calls left by longjmp keep what they had borrowed
 * (kernel-word.c), and when all is gone for long, others go another way.
 */
static void run_all_in_child(const struct shape *shape,
			     const struct action *action,
			     const struct stop_path *path)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		hard_error("fork");
	if (!pid) {
		run_all(shape, action, path);
		_exit(0);
	}
	pass_on(wait_for(pid));
}

static void run_shape(const struct shape *shape)
{
	const struct stop_path *path = restart_path(shape);
	const struct action *action;

	if (!path)
		hard_error("the path of \"%s\" is too long", shape->name);
	for (action = restart_actions; action->name; action++) {
		if (only_action && strcmp(only_action, action->name))
			continue;
		if (is_full || only_action)
			run_all_in_child(shape, action, path);
		else
			run_sample(shape, action, path);
	}
}

static void skip_without_breakpoints(void)
{
	int breakpoint = stop_set((uintptr_t)vgetrandom, 1);

	if (breakpoint < 0)
		skip("no hardware breakpoints here: %s", strerror(errno));
	close(breakpoint);
}

static void run_core(void)
{
	const struct shape *shape;

	if (check_tier() == 3)
		skip("requests are system calls");
	draw_away(16);
	if (!vgr_thread_slot->is_restartable)
		skip("this thread has no restartable sequences");
	skip_without_breakpoints();
	restart_init();
	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (counts == MAP_FAILED)
		hard_error("no memory");
	for (shape = restart_shapes; shape->name; shape++)
		if ((!only_shape || !strcmp(only_shape, shape->name)) &&
		    is_for_this_core(shape))
			run_shape(shape);
	printf("%lu stops, %lu of them in a section; %lu aborted, %lu not; %lu not reached; %lu system calls\n",
	       counts->nruns - counts->nmissed, counts->nin_section,
	       counts->naborted, counts->nunaborted, counts->nmissed,
	       counts->nsystem_calls);
	/* Who lost the processor in front of a section may find it void. */
	check(counts->nin_section &&
	      counts->nunaborted <= counts->nin_section / 100 + 1);
	check(counts->nmissed <= counts->nruns / 50);
}

/* Each core that this processor has is a process. */
static void run_cores(char **argv)
{
	const struct vgr_chacha20_impl *impl;
	int status, npassed = 0;
	pid_t pid;

	for (impl = vgr_chacha20_impls; impl->name; impl++) {
		if (impl->needs & ~vgr_cpu_features() || !impl->section)
			continue;
		fflush(NULL);
		pid = fork();
		if (pid < 0)
			hard_error("fork");
		if (!pid)
			restart_with(argv, "VGETRANDOM_CORE", impl->name);
		status = wait_for(pid);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 77)
			pass_on(status);
		npassed += !WEXITSTATUS(status);
	}
	if (!npassed)
		skip("no core could be tried");
}

int main(int argc, char **argv)
{
	int i;

	is_full = getenv("VGR_TEST_FULL");
	for (i = 1; i + 1 < argc; i += 2)
		if (!strcmp(argv[i], "--shape"))
			only_shape = argv[i + 1];
		else if (!strcmp(argv[i], "--action"))
			only_action = argv[i + 1];
		else
			hard_error("unknown option %s", argv[i]);
	if (getenv("VGETRANDOM_CORE"))
		run_core();
	else
		run_cores(argv);
	return 0;
}

#else

int main(void)
{
	skip("there are no restartable sequences here");
}

#endif
