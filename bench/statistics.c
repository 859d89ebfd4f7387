/* SPDX-License-Identifier: MIT */
/*
 * statistics.c - see statistics.h.
 */
#include "statistics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double *sorted(const double *values, size_t n)
{
	double *copy = malloc((n ? n : 1) * sizeof(*copy));

	if (!copy)
		abort();
	memcpy(copy, values, n * sizeof(*copy));
	qsort(copy, n, sizeof(*copy), by_value);
	return copy;
}

/* Nearest rank: always a value that was measured. */
static double percentile(const double *sorted_values, size_t n, double percent)
{
	size_t rank = (size_t)ceil(percent / 100 * (double)n);

	return sorted_values[rank ? rank - 1 : 0];
}

void bench_summarise(struct bench_summary *summary, const double *values,
		     size_t n)
{
	double *in_order, sum = 0, squares = 0;
	size_t i;

	memset(summary, 0, sizeof(*summary));
	if (!n)
		return;
	in_order = sorted(values, n);
	summary->min = in_order[0];
	summary->median = (in_order[(n - 1) / 2] + in_order[n / 2]) / 2;
	summary->p95 = percentile(in_order, n, 95);
	free(in_order);

	for (i = 0; i < n; i++)
		sum += values[i];
	summary->mean = sum / (double)n;
	for (i = 0; i < n; i++)
		squares += (values[i] - summary->mean) *
			   (values[i] - summary->mean);
	summary->stddev = n > 1 ? sqrt(squares / (double)(n - 1)) : 0;
}

static double value_of(const struct bench_sample *sample,
		       enum bench_value value)
{
	switch (value) {
	case BENCH_CPU:
		return sample->cpu_ns;
	case BENCH_EXTRA_0:
		return sample->extra[0];
	case BENCH_EXTRA_1:
		return sample->extra[1];
	default:
		return sample->real_ns;
	}
}

void bench_result_summary(struct bench_summary *summary,
			  const struct bench_group *group,
			  const struct bench_result *result,
			  enum bench_value value)
{
	double *values = malloc(group->rounds * sizeof(*values));
	unsigned int i;

	if (!values)
		abort();
	for (i = 0; i < group->rounds; i++)
		values[i] = value_of(&result->samples[i], value);
	bench_summarise(summary, values, group->rounds);
	free(values);
}

double bench_times_as_fast(const struct bench_group *group,
			   const struct bench_result *result,
			   const struct bench_result *than, double *share)
{
	struct bench_summary summary;
	unsigned int i, nfaster = 0;
	double *ratios;

	if (!result || !than || !bench_result_is_valid(result) ||
	    !bench_result_is_valid(than))
		return 0;
	ratios = malloc(group->rounds * sizeof(*ratios));
	if (!ratios)
		abort();
	for (i = 0; i < group->rounds; i++) {
		ratios[i] = than->samples[i].real_ns /
			    result->samples[i].real_ns;
		nfaster += ratios[i] > 1;
	}
	bench_summarise(&summary, ratios, group->rounds);
	free(ratios);
	if (share)
		*share = nfaster / (double)group->rounds;
	return summary.median;
}

/* ---- Noise -------------------------------------------------------------- */

/*
 * The median above the minimum of each benchmark of calls, but for those with
 * more threads than CPUs, which vary by themselves.
 */
static size_t find_spreads(const struct bench_run *run, double *spreads)
{
	const struct bench_group *group;
	struct bench_summary summary;
	size_t g, i, n = 0;

	for (g = 0; g < run->ngroups; g++) {
		group = &run->groups[g];
		if (group->order.family != BENCH_CALL ||
		    group->order.n > bench_ncpus())
			continue;
		for (i = 0; i < group->nresults; i++) {
			if (!bench_result_is_valid(&group->results[i]))
				continue;
			bench_result_summary(&summary, group,
					     &group->results[i], BENCH_REAL);
			spreads[n++] = summary.median / summary.min - 1;
		}
	}
	return n;
}

static double harness_ns(const struct bench_run *run)
{
	const struct bench_group *group;
	struct bench_summary summary;
	size_t g, i;

	for (g = 0; g < run->ngroups; g++) {
		group = &run->groups[g];
		if (group->order.family != BENCH_CALL || group->order.n != 1)
			continue;
		for (i = 0; i < group->nresults; i++)
			if (group->results[i].worker->peer->kind ==
			    BENCH_HARNESS) {
				bench_result_summary(&summary, group,
						     &group->results[i],
						     BENCH_REAL);
				return summary.median;
			}
	}
	return 0;
}

void bench_noise_of(struct bench_noise *noise, const struct bench_run *run)
{
	double *spreads = calloc(run->nbenchmarks + 1, sizeof(*spreads));
	struct bench_summary clock;
	double *in_order;
	size_t n;

	if (!spreads)
		abort();
	memset(noise, 0, sizeof(*noise));
	bench_summarise(&clock, run->clock_ns, run->nclocks);
	noise->clock_ns = clock.min;
	if (clock.min > 0)
		noise->clock_spread = clock.p95 / clock.min - 1;
	n = find_spreads(run, spreads);
	if (n) {
		in_order = sorted(spreads, n);
		noise->spread = percentile(in_order, n, 50);
		noise->worst_spread = percentile(in_order, n, 90);
		free(in_order);
	}
	free(spreads);
	noise->stolen = bench_machine_stolen(&run->machine);
	noise->harness_ns = harness_ns(run);

	if (noise->spread > 0.15 || noise->clock_spread > 0.30 ||
	    noise->stolen > 0.10)
		noise->verdict = BENCH_UNBELIEVABLE;
	else if (noise->spread > 0.05 || noise->worst_spread > 0.15 ||
		 noise->clock_spread > 0.10 || noise->stolen > 0.02)
		noise->verdict = BENCH_NOISY;
}

void bench_noise_say(const struct bench_noise *noise, char *text, size_t len)
{
	static const char *const verdicts[] = {
		[BENCH_QUIET] = "quiet enough",
		[BENCH_NOISY] =
			"NOISY - believe minima and large differences only",
		[BENCH_UNBELIEVABLE] =
			"TOO NOISY TO BELIEVE - run again on a quiet machine",
	};

	snprintf(text, len, "%s: medians lie %.1f%% above minima (worst tenth "
		 "%.1f%% and more), a cycle's length varied by %.1f%%, "
		 "%.1f%% of the time was stolen",
		 verdicts[noise->verdict], 100 * noise->spread,
		 100 * noise->worst_spread, 100 * noise->clock_spread,
		 100 * noise->stolen);
}
