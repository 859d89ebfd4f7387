/* SPDX-License-Identifier: MIT */
/*
 * Claim: two contexts of a thread, each stopped at any instruction of a call of
 * its own while the other goes on, share no byte.
 *
 * To see it fail: have vgr_thread_enter look at inside and mark it by two
 * instructions.
 *
 *   contexts [--full] [--seed N]
 *
 * Context A is stopped at boundary K.  B makes its call and is stopped at its
 * boundary N.  A ends its call, then B does.  For a thread's end, A is the
 * thread, and B goes on in another.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check-tier.h"
#include "check.h"
#include "record.h"
#include "run.h"

static const struct meeting {
	const char *name;
	const struct subject *subject;
	const char *shape;
	unsigned int nbefore;		/* requests of B before the stopped one */
	unsigned int first, second;	/* one boundary of so many, in a sample */
	unsigned int full_first, full_second;
} meetings[] = {
	{ "enter and leave", &subject_library, "32 part", 0, 1, 1, 1, 1 },
	{ "leave behind", &subject_library, "32 part", 3, 4, 20, 1, 4 },
	{ "both leave behind", &subject_library, "32 busy", 0, 100, 40, 8, 4 },
	{ "refill", &subject_library, "32 ending", 0, 40, 8, 1, 1 },
	{ "first call", &subject_library, "32 first", 0, 100, 40, 8, 4 },
	{ "exit", &subject_exit, "32 part", 0, 4, 4, 1, 1 },
	{ "opaque", &subject_opaque, "32 part", 0, 8, 4, 1, 1 },
	{ 0 },
};

static bool is_full;
static uint64_t seed;

static uint64_t random_of(uint64_t a, uint64_t b)
{
	uint64_t word = seed + a * 0x9e3779b97f4a7c15 + b * 0xbf58476d1ce4e5b9;

	word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9;
	word = (word ^ word >> 27) * 0x94d049bb133111eb;
	return word ^ word >> 31;
}

static const struct shape *shape_named(const char *name)
{
	const struct shape *shape;

	for (shape = shapes; shape->name; shape++)
		if (!strcmp(shape->name, name))
			return shape;
	hard_error("no shape \"%s\"", name);
}

static unsigned long npairs, nbad;

static void try_pair(struct plan *plan, size_t n)
{
	unsigned int bits;

	other_context.boundary = n;
	bits = run_once(plan) & ~(unsigned int)BAD_UNREACHED;
	npairs++;
	if (bits && nbad++ < 5)
		printf("  A at %zu, B at %zu: %s\n", plan->boundary, n,
		       record_names(bits));
}

/* The path of B depends on where A stands. */
static void try_first(struct plan *plan, const struct meeting *meeting)
{
	unsigned int every = is_full ? meeting->full_second : meeting->second;
	size_t n;

	other_context.is_recording = true;
	run_once(plan);
	other_context.is_recording = false;
	for (n = 0; n < other_context.path->len; n++)
		if (random_of(plan->boundary, n) % every == 0)
			try_pair(plan, n);
}

static int try_meeting(const struct meeting *meeting)
{
	static struct path first, second;
	unsigned int every = is_full ? meeting->full_first : meeting->first;
	struct plan plan = {
		.subject = meeting->subject,
		.shape = shape_named(meeting->shape),
		.first = &fault_other_context,
		.path = &first,
	};

	record_init_worker();
	run_init();
	reach_init_path(&first);
	reach_init_path(&second);
	if (!run_record(&first, plan.subject, plan.shape))
		return 77;
	other_context.path = &second;
	other_context.nbefore = meeting->nbefore;
	for (plan.boundary = 0; plan.boundary < first.len; plan.boundary++)
		if (random_of(plan.boundary, -1ull) % every == 0)
			try_first(&plan, meeting);
	printf("%-18s %-18s %8zu %8lu %8lu %8lu\n", meeting->name,
	       plan.subject->name, first.len, npairs, other_context.nstopped,
	       nbad);
	fflush(stdout);
	return nbad || !other_context.nstopped;
}

static void read_options(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--full"))
			is_full = true;
		else if (!strcmp(argv[i], "--seed") && i + 1 < argc)
			seed = strtoull(argv[++i], NULL, 0);
		else
			hard_error("unknown option %s", argv[i]);
	if (!seed)
		seed = (uint64_t)time(NULL) * 1000003 + (uint64_t)getpid();
	printf("--seed %llu\n", (unsigned long long)seed);
}

int main(int argc, char **argv)
{
	const struct meeting *meeting;
	int status, result = 0;
	pid_t pid;

	read_options(argc, argv);
	if (check_tier() == 3)
		skip("requests are system calls: there is no inside");
	record_init();
	printf("%-18s %-18s %8s %8s %8s %8s\n", "contexts meet at", "call",
	       "path", "pairs", "stopped", "bad");
	for (meeting = meetings; meeting->name; meeting++) {
		fflush(NULL);
		pid = fork();
		if (pid < 0)
			hard_error("fork");
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			_exit(try_meeting(meeting));
		}
		if (waitpid(pid, &status, 0) != pid)
			hard_error("waitpid");
		if (status && status != 77 << 8) {
			printf("%s: status %#x\n", meeting->name, status);
			result = 1;
		}
	}
	return result;
}
