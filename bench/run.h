/* SPDX-License-Identifier: MIT */
/*
 * run.h - all benchmarks of one run and their samples.
 */
#ifndef BENCH_RUN_H
#define BENCH_RUN_H

#include "crew.h"
#include "machine.h"
#include "measure.h"
#include "options.h"

#define BENCH_MAX_PEERS	40

/* One benchmark: a peer in a group. */
struct bench_result {
	char name[96];			/* call/libbsd/16/threads:1 */
	struct bench_worker *worker;
	struct bench_sample *samples;	/* [group->rounds], by round */
	char error[BENCH_NOTE_LEN];	/* if not empty: there are no numbers */
};

/* What is measured side by side, round by round. */
struct bench_group {
	struct bench_order order;
	unsigned int rounds;
	struct bench_result *results;	/* [nresults], in the peers' order */
	size_t nresults;
};

struct bench_run {
	const struct bench_options *options;
	struct bench_worker workers[BENCH_MAX_PEERS];
	size_t nworkers;		/* present or absent */
	struct bench_group *groups;
	size_t ngroups, nbenchmarks;
	struct bench_machine machine;
	double *clock_ns;		/* a cycle's length, at each round */
	size_t nclocks;
};

/*
 * Starts the crew, lists what is to be done.  Returns 0, or -1 after one line
 * if the filter leaves nothing.
 */
int bench_run_prepare(struct bench_run *run,
		      const struct bench_options *options);

/* Fills in the samples; calls finished() after each group. */
void bench_run_all(struct bench_run *run,
		   void (*finished)(const struct bench_run *run,
				    const struct bench_group *group));
void bench_run_stop(struct bench_run *run);

/* The group and the result in it, or NULL. */
const struct bench_group *bench_run_group(const struct bench_run *run,
					  enum bench_family family,
					  size_t len, unsigned int n);
const struct bench_result *bench_group_result(const struct bench_group *group,
					      const struct bench_peer *peer);

/* Whether it has numbers; NULL has none. */
bool bench_result_is_valid(const struct bench_result *result);

#endif
