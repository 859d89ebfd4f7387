/* SPDX-License-Identifier: MIT */
/*
 * Claim: two contexts of a thread, each stopped at any instruction of a call of
 * its own while the other goes on, share no byte.
 *
 * To see it fail: have vgr_thread_enter look at inside and mark it by two
 * instructions.
 *
 *   contexts [--full] [--seed N] [--only NAME] [--seconds N]
 *            [--road door|section]
 *
 * Context A is stopped at boundary K.  B makes its call and is stopped at its
 * boundary N.  A ends its call, then B does.  For a thread's end, A is the
 * thread, and B goes on in another.
 *
 * In some meetings a handler draws first, where A is stopped, until A's slot is
 * left behind; A goes on and meets B so many instructions later: as it leaves,
 * gives back or takes back a step.  In some a handler draws where B is stopped;
 * or B is a handler itself, and ends before A; in one an heir, another thread,
 * takes what is free then.  In the last, B goes on by some instructions, A by
 * some of its own, and B ends before A.
 *
 * A sample, by the printed seed.  --seconds: meetings share that time.
 */
#include <pthread.h>
#include <semaphore.h>
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
#include "pool.h"
#include "record.h"
#include "road.h"
#include "run.h"
#include "sample.h"
#include "thread.h"
#include "vgetrandom.h"
#include "walk.h"

static const struct meeting {
	const char *name;
	const struct subject *subject;
	const char *shape;
	const char *before;		/* a fault at K; they meet later */
	unsigned int nbefore;		/* requests of B before the stopped one */
	unsigned int nafter;		/* of a handler where B is stopped */
	enum { IN_TURN, IS_NESTED, HAS_HEIR, IN_STEPS } order;
	unsigned int first, later, second;	/* a boundary of so many */
	unsigned int full_first, full_later, full_second;
} meetings[] = {
	{ "enter and leave", &subject_library, "32 part", NULL, 0, 0, IN_TURN,
	  1, 1, 1, 1, 1, 1 },
	{ "leave behind", &subject_library, "32 part", NULL, 3, 0, IN_TURN,
	  4, 1, 20, 1, 1, 4 },
	{ "left behind by B's", &subject_library, "32 part", NULL, 0, 5, IN_TURN,
	  4, 1, 4, 1, 1, 1 },
	{ "B is a handler", &subject_library, "32 part", NULL, 0, 5, IS_NESTED,
	  4, 1, 4, 1, 1, 1 },
	{ "give back", &subject_library, "32 part", "draw10", 0, 0, IN_TURN,
	  8, 16, 16, 1, 4, 4 },
	{ "give back, 4 draws", &subject_library, "32 part", "draw10", 4, 0,
	  IN_TURN, 4, 16, 64, 2, 4, 16 },
	{ "both leave behind", &subject_library, "32 busy", NULL, 0, 0, IN_TURN,
	  200, 1, 40, 8, 1, 4 },
	{ "install, B's 5", &subject_library, "32 busy", NULL, 0, 5, IN_TURN,
	  200, 1, 8, 8, 1, 1 },
	{ "install, B nested", &subject_library, "32 busy", NULL, 0, 5, IS_NESTED,
	  200, 1, 8, 2, 1, 1 },
	{ "dead frame", &subject_library, "32 dead", NULL, 0, 0, IN_TURN,
	  200, 1, 40, 8, 1, 4 },
	{ "dead frame, B's 5", &subject_library, "32 dead", NULL, 0, 5, IN_TURN,
	  200, 1, 40, 8, 1, 4 },
	{ "refill", &subject_library, "32 ending", NULL, 0, 0, IN_TURN,
	  40, 1, 8, 1, 1, 1 },
	{ "first call", &subject_library, "32 first", NULL, 0, 0, IN_TURN,
	  200, 1, 40, 8, 1, 4 },
	{ "first call, B's 5", &subject_library, "32 first", NULL, 0, 5, IN_TURN,
	  200, 1, 8, 8, 1, 1 },
	{ "B's 5, heir", &subject_library, "32 part", NULL, 0, 5, HAS_HEIR,
	  1, 1, 8, 1, 1, 1 },
	{ "install, heir", &subject_library, "32 busy", NULL, 0, 5, HAS_HEIR,
	  200, 1, 16, 4, 1, 1 },
	{ "dead frame, heir", &subject_library, "32 dead", NULL, 0, 5, HAS_HEIR,
	  200, 1, 80, 8, 1, 4 },
	{ "first call, heir", &subject_library, "32 first", NULL, 0, 5, HAS_HEIR,
	  200, 1, 16, 8, 1, 1 },
	{ "exit", &subject_exit, "32 part", NULL, 0, 0, IN_TURN,
	  4, 1, 4, 1, 1, 1 },
	{ "exit, B's 5", &subject_exit, "32 part", NULL, 0, 5, IN_TURN,
	  8, 1, 4, 1, 1, 1 },
	{ "exit, B's 5, heir", &subject_exit, "32 part", NULL, 0, 5, HAS_HEIR,
	  1, 1, 8, 1, 1, 1 },
	{ "exit, dead frames", &subject_exit, "32 dead", NULL, 0, 0, IN_TURN,
	  20, 1, 8, 1, 1, 1 },
	{ "opaque", &subject_opaque, "32 part", NULL, 0, 0, IN_TURN,
	  8, 1, 4, 1, 1, 1 },
	{ "late step", &subject_library, "32 part", NULL, 0, 5, IN_STEPS,
	  1, 8, 8, 1, 8, 1 },
	{ 0 },
};

#define ENTRY_LEN	48	/* boundaries of a call on its way in, or more */
#define STEP_LEN	17	/* ... up to its step into the slot */
#define SOON		64	/* ... on its way out, without a wipe */

static bool is_full;
static uint64_t seed;
static const char *only, *road = "door";
static unsigned int seconds;
static time_t began, meeting_ends;

static const struct shape *shape_named(const char *name)
{
	const struct shape *shape;

	for (shape = shapes; shape->name; shape++)
		if (!strcmp(shape->name, name))
			return shape;
	hard_error("no shape \"%s\"", name);
}

static unsigned long npairs, nbad;

static bool is_sampled(uint64_t a, uint64_t b, unsigned int every,
		       unsigned int full_every)
{
	return sample_hash(seed, a, b) % (is_full ? full_every : every) == 0;
}

/* Where a slot is opened, closed, or given back: always looked at closely. */
static bool is_at_a_door(const struct plan *plan)
{
	const uintptr_t doors[] = {
		(uintptr_t)vgr_pool_open, (uintptr_t)vgr_pool_close,
		(uintptr_t)vgr_pool_take_mark,
	};
	uintptr_t at = plan->path->at[plan->boundary];
	size_t i;

	for (i = 0; i < sizeof(doors) / sizeof(doors[0]); i++)
		if (at - doors[i] < 24)		/* so long they are, or more */
			return true;
	return false;
}

static bool is_over(void)
{
	return seconds && time(NULL) >= meeting_ends;
}

/* ---- A thread that lives on --------------------------------------------------- */

static pthread_t heir;
static bool has_heir, heir_has_slot;
static sem_t heir_has_drawn, heir_may_end;

static void *be_heir(void *unused)
{
	uint8_t bytes[32];

	(void)unused;
	vgetrandom(bytes, sizeof(bytes), 0);
	record_output(RECORD_OTHER, bytes, sizeof(bytes));
	other_context.nheld = (uint64_t)vgr_thread_has_slot();
	sem_post(&heir_has_drawn);
	sem_wait(&heir_may_end);
	heir_has_slot = vgr_thread_has_slot() &&
			vgr_thread_slot->owner == vgr_thread_identity();
	return NULL;
}

static void begin_heir(void)
{
	if (other_context.is_recording || has_heir)
		return;
	sem_init(&heir_has_drawn, 0, 0);
	sem_init(&heir_may_end, 0, 0);
	if (pthread_create(&heir, NULL, be_heir, NULL))
		hard_error("no thread");
	has_heir = true;
	sem_wait(&heir_has_drawn);
}

/* What it took is still its own. */
static unsigned int end_heir(void)
{
	if (!has_heir)
		return 0;
	has_heir = false;
	other_context.nheld = 0;
	sem_post(&heir_may_end);
	if (pthread_join(heir, NULL))
		hard_error("no thread");
	return heir_has_slot ? 0 : BAD_LOST;
}

/* ---- Meetings ------------------------------------------------------------------ */

static void try_pair(struct plan *plan, size_t n)
{
	unsigned int bits;

	other_context.boundary = n;
	bits = run_once(plan) & ~(unsigned int)NOT_BAD;
	bits |= end_heir();
	npairs++;
	if (bits && nbad++ < 5)
		printf("  A at %zu + %zu, B at %zu + %zu, A + %zu: %s\n",
		       plan->boundary, plan->distance, n,
		       other_context.later, other_context.back,
		       record_names(bits));
}

/* B by M, A by so many: until either is over before. */
static void try_steps(struct plan *plan, const struct meeting *meeting, size_t n)
{
	struct other_context *other = &other_context;
	unsigned long nlater, nback;

	for (other->later = 1; !is_over(); other->later++) {
		if (other->later > SOON ? !is_sampled(other->later, n, 512, 8) :
					  !is_sampled(other->later, n, 4, 1))
			continue;
		nlater = other->nlater;
		for (other->back = 1; other->back <= ENTRY_LEN; other->back++) {
			if (other->back > 1 &&
			    !is_sampled(other->later * 7919 + other->back,
					n * 7919 + plan->boundary,
					meeting->later, meeting->full_later))
				continue;
			nback = other->nback;
			try_pair(plan, n);
			if (is_over() || other->nback == nback)
				break;
		}
		if (other->nlater == nlater)
			break;
	}
	other->later = other->back = 0;
}

static void try_second_at(struct plan *plan, const struct meeting *meeting,
			  size_t n)
{
	if (meeting->order == IN_STEPS)
		try_steps(plan, meeting, n);
	else
		try_pair(plan, n);
}

/* The path of B depends on where A stands.  false: A is through. */
static bool try_second(struct plan *plan, const struct meeting *meeting)
{
	size_t n;

	other_context.path->len = 0;
	other_context.is_recording = true;
	run_once(plan);
	other_context.is_recording = false;
	for (n = 0; n < other_context.path->len && !is_over(); n++)
		if (is_sampled(plan->boundary, n + plan->distance * 7919,
			       meeting->second, meeting->full_second) ||
		    (!meeting->before && n < ENTRY_LEN && is_at_a_door(plan)))
			try_second_at(plan, meeting, n);
	return other_context.path->len != 0;
}

static void try_first(struct plan *plan, const struct meeting *meeting)
{
	plan->distance = 0;
	if (!meeting->before) {
		try_second(plan, meeting);
		return;
	}
	for (plan->distance = 1; !is_over(); plan->distance++)
		if (is_sampled(plan->distance, plan->boundary, meeting->later,
			       meeting->full_later) &&
		    !try_second(plan, meeting))
			break;
}

static int try_meeting(const struct meeting *meeting)
{
	static struct path first, second;
	struct plan plan = {
		.subject = meeting->subject,
		.shape = shape_named(meeting->shape),
		.first = &fault_other_context,
		.path = &first,
	};
	size_t n;

	if (meeting->before) {
		plan.first = fault_named(meeting->before);
		plan.second = &fault_other_context;
	}
	record_init_worker();
	run_init();
	reach_init_path(&first);
	reach_init_path(&second);
	if (!walk_record(&first, plan.subject, plan.shape))
		return 77;
	other_context.path = &second;
	other_context.nbefore = meeting->nbefore;
	other_context.nafter = meeting->nafter;
	other_context.is_nested = meeting->order == IS_NESTED ||
				  meeting->order == HAS_HEIR;
	other_context.after = meeting->order == HAS_HEIR ? begin_heir : NULL;
	for (n = 0; n < first.len && !is_over(); n++) {
		plan.boundary = seconds ? sample_leap(seed, n, first.len) : n;
		if (meeting->order == IN_STEPS && plan.boundary >= STEP_LEN)
			continue;
		/* A thread's end may allocate: no place for another's. */
		if (plan.subject == &subject_exit &&
		    !reach_is_ours(first.at[plan.boundary]))
			continue;
		if (is_sampled(plan.boundary, -1ull, meeting->first,
			       meeting->full_first) ||
		    is_at_a_door(&plan))
			try_first(&plan, meeting);
	}
	printf("%-20s %-18s %8zu %8lu %8lu %8lu\n", meeting->name,
	       plan.subject->name, first.len, npairs, other_context.nstopped,
	       nbad);
	fflush(stdout);
	return nbad || (!other_context.nstopped && !seconds);
}

static int in_process(const struct meeting *meeting, unsigned int nleft)
{
	time_t left = began + seconds - time(NULL);
	int status;
	pid_t pid;

	meeting_ends = time(NULL) + (left > 0 ? left : 0) / nleft;
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
	if (!status || status == 77 << 8)
		return 0;
	printf("%s: status %#x\n", meeting->name, status);
	return 1;
}

static void read_options(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--full"))
			is_full = true;
		else if (!strcmp(argv[i], "--seed") && i + 1 < argc)
			seed = strtoull(argv[++i], NULL, 0);
		else if (!strcmp(argv[i], "--road") && i + 1 < argc)
			road = argv[++i];
		else if (!strcmp(argv[i], "--only") && i + 1 < argc)
			only = argv[++i];
		else if (!strcmp(argv[i], "--seconds") && i + 1 < argc)
			seconds = (unsigned int)atoi(argv[++i]);
		else
			hard_error("unknown option %s", argv[i]);
	seed = sample_seed(seed);
}

int main(int argc, char **argv)
{
	const struct meeting *meeting;
	unsigned int nleft = sizeof(meetings) / sizeof(meetings[0]) - 1;
	int result = 0;

	read_options(argc, argv);
	if (check_tier() == 3)
		skip("requests are system calls: there is no inside");
	road_choose(road);
	record_init();
	began = time(NULL);
	printf("%-20s %-18s %8s %8s %8s %8s\n", "contexts meet at", "call",
	       "path", "pairs", "stopped", "bad");
	for (meeting = meetings; meeting->name; meeting++, nleft--)
		if ((!only || !strcmp(meeting->name, only)) &&
		    road_has_meeting(meeting->subject,
				     meeting->order == IS_NESTED) &&
		    road_has_shape(shape_named(meeting->shape)))
			result |= in_process(meeting, nleft);
	return result;
}
