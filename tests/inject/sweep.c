/* SPDX-License-Identifier: MIT */
/*
 * Claim: whatever happens between any two instructions of a request, nobody
 * gets a zero, repeated, stale or foreseeable byte, and no thread stays slow.
 *
 * To see it fail: drop the last check in vgr_generator_draw; or name the
 * kernel's vDSO as the subject.
 *
 *   sweep [--full] [--pairs] [--two] [--every N] [--subject NAME]
 *         [--shape NAME] [--fault NAME[,NAME]] [--seed N] [--bad-expected]
 *         [--seconds N] [--road door|section]
 *
 * A cell (fault or pair, shape) is a process; it runs the call once for each
 * boundary.  --full: for every boundary of requests up to 256 bytes, and for
 * the first, second and last turn of each loop of longer ones.  Otherwise a
 * sample, by the printed seed.  --two: pairs at two boundaries; with --full at
 * every two of a short way (as far as the call goes without a fault), else at
 * one other, near or far.  --seconds: cells share that time, each begins
 * somewhere and leaps through its path; "tried" says how far it came.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "box.h"
#include "check-tier.h"
#include "check.h"
#include "record.h"
#include "road.h"
#include "run.h"
#include "sample.h"
#include "verdict.h"
#include "walk.h"
#include "wish.h"

static const struct subject *const subjects[] = {
	&subject_library, &subject_u64, &subject_u32, &subject_buf,
	&subject_prepare, &subject_reseed, &subject_opaque, &subject_exit,
	&subject_kernel, NULL,
};

/* What a cell's process reports. */
static struct cell {
	size_t next;
	unsigned long ntried, nbad, ntail, nunreached, nalone;
	unsigned int bits;
	size_t shown_boundary, shown_distance;
	unsigned int shown_bits;
	struct path path;		/* of the shape's call */
} *cell;

#define ONCE_MORE	55		/* exit status: go on in a new process */

#define SHORT_WAY	256		/* boundaries: any two of them */
#define LONG_WAY	4000		/* where a refill ends, or a new key */

static unsigned long nbad_in_all, ntried_in_all;

static uint64_t cell_seed;

/* A cell's sample is its own, and found again by the seed. */
static void seed_cell(const struct plan *plan)
{
	const char *const parts[] = {
		plan->subject->name, plan->shape->name, plan->first->name,
		plan->second ? plan->second->name : "",
	};
	const char *at;
	size_t i;

	cell_seed = wish.seed;
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		for (at = parts[i]; *at; at++)
			cell_seed = sample_hash(cell_seed, (uint8_t)*at, 0);
}

static bool is_possible(const struct plan *plan, size_t boundary)
{
	uintptr_t at = plan->path->at[boundary];

	return verdict_may_stand(plan, plan->first, at) &&
	       (wish.two || !plan->second ||
		verdict_may_stand(plan, plan->second, at));
}

static bool is_wanted(const struct path *path, const struct shape *shape,
		      size_t boundary)
{
	unsigned int every = wish.every;

	if (wish.full && (shape->len <= 256 || path->is_edge[boundary]))
		return true;
	/* The turns of a loop are much alike, and its last look is not. */
	if (boundary + 64 >= path->last_look && boundary <= path->last_look + 8)
		every = every / 4 + 1;
	else if (path->nth[boundary] > 1)
		every *= 4;
	return sample_hash(cell_seed, boundary, 0) % every == 0;
}

/* How many a cell has at most: boundaries, or two of them. */
static size_t count_places(void)
{
	size_t len = cell->path.len;

	return wish.two && wish.full && len <= SHORT_WAY ? len * len : len;
}

/* The second fault comes while the first is mended, or late. */
static size_t some_distance(size_t boundary)
{
	uint64_t number = sample_hash(cell_seed, boundary, 1);
	size_t len = cell->path.len;

	return 1 + (number >> 1) % (number & 1 ? len : len + LONG_WAY);
}

/* The n-th place to be tried: each comes once. */
static void choose_place(struct plan *plan, size_t n)
{
	size_t len = cell->path.len, nplaces = count_places();

	if (wish.seconds)
		n = sample_leap(cell_seed, n, nplaces);
	plan->boundary = n % len;
	if (wish.two)
		plan->distance = nplaces > len ? n / len + 1 :
						 some_distance(n);
}

/* ---- Cells ---------------------------------------------------------------------- */

static void note(const struct plan *plan, unsigned int bits)
{
	if (bits & BAD_UNREACHED) {
		cell->nunreached++;
		return;
	}
	if (bits == BAD_ALONE) {
		cell->nalone++;
		return;
	}
	cell->ntried++;
	if (bits & BAD_TAIL)
		cell->ntail++;
	bits &= ~(unsigned int)NOT_BAD;
	if (!bits)
		return;
	if (!cell->nbad++) {
		cell->shown_boundary = plan->boundary;
		cell->shown_distance = plan->distance;
		cell->shown_bits = bits;
	}
	cell->bits |= bits;
}

static void try_boundaries(struct plan *plan)
{
	const struct path *path = &cell->path;
	unsigned int bits, nruns = 0;
	size_t n, nplaces = count_places();

	record_init_worker();
	run_init();
	plan->path = path;
	for (n = cell->next; n < nplaces; n++) {
		choose_place(plan, n);
		if (!is_wanted(path, plan->shape, plan->boundary) ||
		    !is_possible(plan, plan->boundary))
			continue;
		if (wish.seconds && box_is_over())
			break;
		cell->next = n + 1;
		bits = run_once(plan);
		/*
		 * A call left in the middle may have changed the way of those
		 * after it: what it had borrowed is not given back.
		 */
		if (bits & BAD_UNREACHED && nruns++) {
			cell->next = n;
			_exit(ONCE_MORE);
		}
		note(plan, bits);
		nruns++;
	}
}

/* 0, or how the process ended. */
static int in_process(void (*body)(struct plan *plan), struct plan *plan)
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		hard_error("fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		body(plan);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		hard_error("waitpid");
	return status;
}

static void record_path(struct plan *plan)
{
	run_init();
	if (!walk_record(&cell->path, plan->subject, plan->shape))
		cell->path.len = 0;
}

static void crashed(struct plan *plan, int status)
{
	if (WIFEXITED(status))
		exit(WEXITSTATUS(status));	/* it has said why */
	choose_place(plan, cell->next - 1);
	note(plan, BAD_CRASH);
}

static void print_cell(const struct plan *plan)
{
	char name[64];

	snprintf(name, sizeof(name), "%s%s%s%s", plan->first->name,
		 plan->second ? wish.two ? " .. " : " + " : "",
		 plan->second ? plan->second->name : "", "");
	printf("%-18s %-12s %-24s %6zu %6lu %5lu %5lu", plan->subject->name,
	       plan->shape->name, name, cell->path.len, cell->ntried,
	       cell->ntail, cell->nbad);
	if (cell->nunreached)
		printf("  %lu not reached", cell->nunreached);
	if (cell->nalone)
		printf("  %lu were over before the second", cell->nalone);
	if (cell->nbad) {
		printf("  %s(first at %zu", record_names(cell->bits),
		       cell->shown_boundary);
		if (wish.two)
			printf(" and %zu", cell->shown_distance);
		printf(": %s)", record_names(cell->shown_bits));
	}
	printf("\n");
	fflush(stdout);
	nbad_in_all += cell->nbad;
	ntried_in_all += cell->ntried;
}

static bool is_counting;
static unsigned long ncells;

static void try_cell(struct plan plan)
{
	struct path path = cell->path;
	int status, ncrashes = 0;

	if (is_counting) {
		ncells++;
		return;
	}
	box_next();
	*cell = (struct cell){ .path = path };
	seed_cell(&plan);
	while (ncrashes < 50 && (status = in_process(try_boundaries, &plan))) {
		if (WIFEXITED(status) && WEXITSTATUS(status) == ONCE_MORE)
			continue;
		crashed(&plan, status);
		ncrashes++;
	}
	print_cell(&plan);
}

static bool fits(const struct subject *subject, const struct fault *fault)
{
	return road_has_fault(fault) &&
	       (subject->is_ours || !(fault->flags & FOR_OURS_ONLY));
}

static bool is_pair(const struct fault *first, const struct fault *second)
{
	unsigned int alone = IS_SINGLE | IS_THE_END;

	if (wish.two)
		alone |= LEAVES_CALL;
	return !(first->flags & alone) && !(second->flags & IS_SINGLE);
}

static void try_faults(struct plan plan)
{
	char names[64], *comma;

	if (wish.fault) {
		snprintf(names, sizeof(names), "%s", wish.fault);
		comma = strchr(names, ',');
		if (comma)
			*comma = '\0';
		plan.first = fault_named(names);
		plan.second = comma ? fault_named(comma + 1) : NULL;
		try_cell(plan);
		return;
	}
	for (plan.first = faults; plan.first->name; plan.first++) {
		if (!fits(plan.subject, plan.first))
			continue;
		if (!wish.pairs) {
			try_cell(plan);
			continue;
		}
		for (plan.second = faults; plan.second->name; plan.second++)
			if (fits(plan.subject, plan.second) &&
			    is_pair(plan.first, plan.second))
				try_cell(plan);
	}
}

static void try_shape(const struct subject *subject, const struct shape *shape)
{
	struct plan plan = { .subject = subject, .shape = shape };
	int status;

	if (!subject->has_shape(shape) || !road_has_shape(shape))
		return;
	status = is_counting ? 0 : in_process(record_path, &plan);
	if (status)
		hard_error("the path of %s, %s, was not found: status %d",
			   subject->name, shape->name, status);
	if (is_counting || cell->path.len)
		try_faults(plan);
}

static void try_shapes(void)
{
	const struct subject *const *subject;
	const struct shape *shape;

	for (subject = subjects; *subject; subject++)
		for (shape = shapes; shape->name; shape++)
			if ((wish.subject ? !strcmp((*subject)->name,
						    wish.subject)
					  : (*subject)->is_ours) &&
			    (!wish.shape || !strcmp(shape->name, wish.shape)))
				try_shape(*subject, shape);
}

int main(int argc, char **argv)
{
	wish_read(argc, argv);
	if (check_tier() == 3)
		skip("requests are system calls: there is no inside");
	road_choose(wish.road);
	cell = mmap(NULL, sizeof(*cell), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (cell == MAP_FAILED)
		hard_error("no memory");
	record_init();
	reach_init_path(&cell->path);

	wish.seed = sample_seed(wish.seed);
	printf("%-18s %-12s %-24s %6s %6s %5s %5s\n", "call", "request",
	       "fault", "path", "tried", "tail", "bad");
	is_counting = true;
	try_shapes();
	is_counting = false;
	box_begin(wish.seconds, ncells);
	try_shapes();

	printf("%lu boundaries tried, %lu bad outcomes\n", ntried_in_all,
	       nbad_in_all);
	if (wish.bad_expected)
		return !nbad_in_all;
	return nbad_in_all || !ntried_in_all;
}
