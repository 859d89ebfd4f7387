/* SPDX-License-Identifier: MIT */
/*
 * statistics.h - many rounds in a few numbers.
 */
#ifndef BENCH_STATISTICS_H
#define BENCH_STATISTICS_H

#include "run.h"

struct bench_summary {
	double min, median, p95, mean, stddev;
};

enum bench_value {
	BENCH_REAL, BENCH_CPU, BENCH_EXTRA_0, BENCH_EXTRA_1
};

void bench_summarise(struct bench_summary *summary, const double *values,
		     size_t n);
void bench_result_summary(struct bench_summary *summary,
			  const struct bench_group *group,
			  const struct bench_result *result,
			  enum bench_value value);

/*
 * How many times as fast 'result' is as 'than', the median of what it was in
 * each round; share: in how many of the rounds it was faster, 0 to 1 (or NULL).
 * 0 if there are no numbers to compare.
 */
double bench_times_as_fast(const struct bench_group *group,
			   const struct bench_result *result,
			   const struct bench_result *than, double *share);

/* How far the run can be believed. */
struct bench_noise {
	double clock_ns;	/* shortest cycle */
	double clock_spread;	/* p95 of its length above that */
	double spread;		/* of the median above the minimum: typical */
	double worst_spread;	/* ... and in the worst tenth of benchmarks */
	double stolen;		/* share of time the hypervisor took away */
	double harness_ns;	/* one call of the empty function, or 0 */
	enum { BENCH_QUIET, BENCH_NOISY, BENCH_UNBELIEVABLE } verdict;
};

void bench_noise_of(struct bench_noise *noise, const struct bench_run *run);
void bench_noise_say(const struct bench_noise *noise, char *text, size_t len);

#endif
