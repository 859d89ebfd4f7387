/* SPDX-License-Identifier: MIT */
/*
 * run.c - lists the benchmarks and runs them, round by round.
 *
 * A round gives each peer of a group one turn, in an order shuffled anew for
 * each round: nobody always comes after the same neighbour, and whatever the
 * machine does meanwhile hits all of them alike.
 */
#include "run.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "watch.h"

#define CLOCK_STEPS	200000	/* of the dependent-add loop, about 50 us */

static void *room_for(size_t n, size_t len)
{
	void *room = calloc(n ? n : 1, len);

	if (!room) {
		vgr_command_say("no memory");
		exit(1);
	}
	return room;
}

/* ---- The plan ----------------------------------------------------------- */

/* Each family's rounds, as a share of those asked for, and size of a turn. */
static const struct family_plan {
	unsigned int divisor;
	unsigned long calls;
	double min_ns;
	bool is_fresh;		/* each turn in a process of its own */
} plans[BENCH_NFAMILIES] = {
	[BENCH_CALL] = { 1, 0, 0, false },
	[BENCH_FIRST] = { 1, 1, 0, true },
	[BENCH_ALIVE] = { 1, 1, 0, true },
	[BENCH_CHURN] = { 1, 40, 0, false },
	[BENCH_FORK] = { 1, 15, 0, true },
	[BENCH_COLD] = { 1, 4, 0, false },
	[BENCH_SQUEEZE] = { 3, 0, 0.02e9, true },
};

/*
 * Several threads need longer to be seen at work together, and more of them
 * than there are CPUs so long that each has had several turns.
 */
static unsigned int patience_for(unsigned long nthreads)
{
	return nthreads == 1 ? 1 : nthreads <= bench_ncpus() ? 4 : 40;
}

static unsigned int rounds_of(const struct bench_options *options,
			      enum bench_family family, unsigned int n)
{
	unsigned int least = options->rounds < 3 ? options->rounds : 3;
	unsigned int divisor = plans[family].divisor;

	if (family == BENCH_ALIVE && n >= 1000)
		divisor = 10;
	return options->rounds / divisor > least ? options->rounds / divisor :
						   least;
}

static void name_result(char *name, size_t name_len,
			const struct bench_order *order,
			const struct bench_peer *peer)
{
	int used = snprintf(name, name_len, "%s/%s/%zu",
			    bench_families[order->family].name, peer->name,
			    order->len);

	if (order->family == BENCH_CALL)
		snprintf(name + used, name_len - (size_t)used, "/threads:%u",
			 order->n);
	if (order->family == BENCH_ALIVE)
		snprintf(name + used, name_len - (size_t)used, "/alive:%u",
			 order->n);
}

/* Adds a group with whatever peers are present and wanted. */
static void plan_group(struct bench_run *run, enum bench_family family,
		       size_t len, unsigned long n)
{
	const struct family_plan *plan = &plans[family];
	struct bench_group *group = &run->groups[run->ngroups];
	struct bench_result *result;
	size_t i;

	group->order = (struct bench_order){
		.family = family, .len = len, .n = (unsigned int)n,
		.calls = plan->calls,
		.min_ns = plan->min_ns > 0 ? plan->min_ns :
			  run->options->min_ns * patience_for(n),
	};
	group->rounds = rounds_of(run->options, family, (unsigned int)n);
	group->results = room_for(run->nworkers, sizeof(*group->results));
	for (i = 0; i < run->nworkers; i++) {
		if (run->workers[i].is_absent)
			continue;
		result = &group->results[group->nresults];
		name_result(result->name, sizeof(result->name), &group->order,
			    run->workers[i].peer);
		if (!bench_options_want(run->options, result->name))
			continue;
		result->worker = &run->workers[i];
		result->samples = room_for(group->rounds,
					   sizeof(*result->samples));
		group->nresults++;
	}
	run->nbenchmarks += group->nresults;
	if (group->nresults)
		run->ngroups++;
	else
		free(group->results);
}

static void plan_all(struct bench_run *run)
{
	const struct bench_options *options = run->options;
	size_t i, t;

	run->groups = room_for(options->sizes.n * options->threads.n +
			       options->alive.n + BENCH_NFAMILIES + 1,
			       sizeof(*run->groups));
	for (t = 0; t < options->threads.n; t++)
		for (i = 0; i < options->sizes.n; i++)
			plan_group(run, BENCH_CALL, options->sizes.values[i],
				   options->threads.values[t]);
	plan_group(run, BENCH_FIRST, 16, 1);
	for (i = 0; i < options->alive.n; i++)
		plan_group(run, BENCH_ALIVE, 16, options->alive.values[i]);
	plan_group(run, BENCH_CHURN, 16, 1);
	plan_group(run, BENCH_FORK, 16, 1);
	plan_group(run, BENCH_COLD, 16, 1);
	plan_group(run, BENCH_SQUEEZE, 16, 1);
	plan_group(run, BENCH_SQUEEZE, 4096, 1);
}

/* A peer whose bytes are not random is as good as absent. */
static void start_crew(struct bench_run *run)
{
	const struct bench_order check = { .family = BENCH_CHECK };
	const struct bench_peer *peer;
	struct bench_worker *worker;
	struct bench_sample sample;

	for (peer = bench_peers(); peer->name; peer++) {
		worker = &run->workers[run->nworkers++];
		worker->peer = peer;
		bench_watch("looking for %s", peer->name);
		if (bench_worker_start(worker, run->options))
			continue;
		bench_worker_turn(worker, run->options, &check, &sample);
		if (sample.error[0]) {
			memcpy(worker->note, sample.error, BENCH_NOTE_LEN);
			bench_worker_stop(worker);
			worker->is_absent = true;
		}
	}
	bench_watch_clear();
}

int bench_run_prepare(struct bench_run *run,
		      const struct bench_options *options)
{
	size_t nclocks = 0, g;

	memset(run, 0, sizeof(*run));
	run->options = options;
	start_crew(run);
	plan_all(run);
	if (!run->nbenchmarks) {
		vgr_command_say("--benchmark_filter=%s: no benchmark matches",
				options->filter);
		return -1;
	}
	for (g = 0; g < run->ngroups; g++)
		nclocks += run->groups[g].rounds;
	run->clock_ns = room_for(nclocks, sizeof(*run->clock_ns));
	return 0;
}

/* ---- The run ------------------------------------------------------------ */

/* Any spread will do here: an LCG's upper bits. */
static unsigned int below(unsigned int n)
{
	static uint64_t state = 1;

	state = state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned int)(state >> 33) % n;
}

static void shuffle(size_t *order, size_t n)
{
	size_t i, other, kept;

	for (i = n; i-- > 1;) {
		other = below((unsigned int)i + 1);
		kept = order[i];
		order[i] = order[other];
		order[other] = kept;
	}
}

static void read_clock(struct bench_run *run)
{
	const struct bench_order order = {
		.family = BENCH_CLOCK, .calls = CLOCK_STEPS
	};
	struct bench_sample sample;

	/* The first worker is the empty function's: always there. */
	bench_worker_turn(&run->workers[0], run->options, &order, &sample);
	if (!sample.error[0])
		run->clock_ns[run->nclocks++] = sample.real_ns;
}

static void take_turn(struct bench_run *run, struct bench_group *group,
		      struct bench_result *result,
		      const struct bench_order *order,
		      struct bench_sample *sample)
{
	struct bench_worker fresh = { .peer = result->worker->peer };

	if (plans[group->order.family].is_fresh) {
		bench_worker_turn(&fresh, run->options, order, sample);
		bench_worker_stop(&fresh);
	} else {
		bench_worker_turn(result->worker, run->options, order, sample);
	}
	if (sample->error[0])
		memcpy(result->error, sample->error, BENCH_NOTE_LEN);
}

/* The first turn of each warms up and finds out how many calls fill a batch. */
static void calibrate(struct bench_run *run, struct bench_group *group,
		      unsigned long *calls)
{
	struct bench_sample sample;
	size_t i;

	for (i = 0; i < group->nresults; i++) {
		calls[i] = group->order.calls;
		if (plans[group->order.family].is_fresh)
			continue;
		take_turn(run, group, &group->results[i], &group->order,
			  &sample);
		if (group->order.family == BENCH_CALL)
			calls[i] = sample.calls;
	}
}

static void run_round(struct bench_run *run, struct bench_group *group,
		      unsigned int round, size_t *order,
		      const unsigned long *calls)
{
	struct bench_order turn = group->order;
	struct bench_result *result;
	size_t i;

	read_clock(run);
	shuffle(order, group->nresults);
	for (i = 0; i < group->nresults; i++) {
		result = &group->results[order[i]];
		if (result->error[0])
			continue;
		turn.calls = calls[order[i]];
		take_turn(run, group, result, &turn, &result->samples[round]);
	}
}

static void run_group(struct bench_run *run, struct bench_group *group)
{
	unsigned long *calls = room_for(group->nresults, sizeof(*calls));
	size_t *order = room_for(group->nresults, sizeof(*order)), i;
	unsigned int round;

	for (i = 0; i < group->nresults; i++)
		order[i] = i;
	calibrate(run, group, calls);
	for (round = 0; round < group->rounds; round++) {
		bench_watch("%2zu%%  %s, %zu bytes, n = %u, round %u of %u",
			    (size_t)(group - run->groups) * 100 / run->ngroups,
			    bench_families[group->order.family].name,
			    group->order.len, group->order.n, round + 1,
			    group->rounds);
		run_round(run, group, round, order, calls);
	}
	bench_watch_clear();
	free(order);
	free(calls);
}

void bench_run_all(struct bench_run *run,
		   void (*finished)(const struct bench_run *run,
				    const struct bench_group *group))
{
	size_t g;

	bench_machine_look(&run->machine);
	for (g = 0; g < run->ngroups; g++) {
		run_group(run, &run->groups[g]);
		finished(run, &run->groups[g]);
	}
	bench_machine_look_again(&run->machine);
}

void bench_run_stop(struct bench_run *run)
{
	size_t i;

	for (i = 0; i < run->nworkers; i++)
		bench_worker_stop(&run->workers[i]);
}

/* ---- Looking things up -------------------------------------------------- */

const struct bench_group *bench_run_group(const struct bench_run *run,
					  enum bench_family family,
					  size_t len, unsigned int n)
{
	const struct bench_order *order;
	size_t g;

	for (g = 0; g < run->ngroups; g++) {
		order = &run->groups[g].order;
		if (order->family == family && order->len == len &&
		    order->n == n)
			return &run->groups[g];
	}
	return NULL;
}

const struct bench_result *bench_group_result(const struct bench_group *group,
					      const struct bench_peer *peer)
{
	size_t i;

	for (i = 0; group && i < group->nresults; i++)
		if (group->results[i].worker->peer == peer)
			return &group->results[i];
	return NULL;
}

bool bench_result_is_valid(const struct bench_result *result)
{
	return result && !result->error[0];
}
