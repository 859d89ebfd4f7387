/* SPDX-License-Identifier: MIT */
/*
 * print-console.c - rows for people who watch.
 */
#include "print.h"

#include <string.h>

#include "statistics.h"

void bench_print_short(char *text, size_t len, double value)
{
	const char *unit = "";

	if (value >= 999500) {
		value /= 1e6;
		unit = " M";
	} else if (value >= 9999.5) {
		value /= 1e3;
		unit = " k";
	}
	snprintf(text, len, "%.*f%s",
		 value < 9.995 ? 2 : value < 99.95 ? 1 : 0, value, unit);
}

void bench_print_size(char *text, size_t len, size_t bytes)
{
	if (bytes && bytes % (1 << 20) == 0)
		snprintf(text, len, "%zuM", bytes >> 20);
	else if (bytes && bytes % (1 << 10) == 0)
		snprintf(text, len, "%zuK", bytes >> 10);
	else
		snprintf(text, len, "%zu", bytes);
}

double bench_bytes_per_second(const struct bench_group *group, double real_ns)
{
	bool is_stream = group->order.family == BENCH_CALL ||
			 group->order.family == BENCH_SQUEEZE;

	return is_stream && real_ns > 0 ?
	       (double)group->order.len / real_ns * 1e9 : 0;
}

static int name_width(const struct bench_run *run)
{
	size_t g, i, widest = 10;

	for (g = 0; g < run->ngroups; g++)
		for (i = 0; i < run->groups[g].nresults; i++)
			if (strlen(run->groups[g].results[i].name) > widest)
				widest = strlen(run->groups[g].results[i].name);
	return (int)widest;
}

static void print_rule(int width)
{
	while (width--)
		putchar('-');
	putchar('\n');
}

void bench_console_begin(const struct bench_run *run)
{
	int width = name_width(run);
	size_t i;

	for (i = 0; i < run->nworkers; i++)
		printf("%s %-19s %s\n",
		       run->workers[i].is_absent ? "absent " : "present",
		       run->workers[i].peer->name, run->workers[i].note);
	printf("Times are wall time a call in ns, of all threads together; "
	       "'faster' is how many\ntimes as fast as %s, median over the "
	       "rounds.\n", run->options->baseline->name);
	print_rule(width + 66);
	printf("%-*s %9s %9s %9s %9s %9s %8s %7s\n", width, "Benchmark",
	       "Median", "Minimum", "95th pct", "CPU", "Calls", "faster",
	       "GB/s");
	print_rule(width + 66);
	fflush(stdout);
}

static void print_extras(const struct bench_group *group,
			 const struct bench_result *result)
{
	const struct bench_family_facts *facts =
		&bench_families[group->order.family];
	struct bench_summary summary;
	char text[16];
	int i;

	for (i = 0; i < 2 && facts->extra[i]; i++) {
		bench_result_summary(&summary, group, result,
				     i ? BENCH_EXTRA_1 : BENCH_EXTRA_0);
		bench_print_short(text, sizeof(text), summary.median);
		printf("  %s=%s", facts->extra[i], text);
	}
}

static void print_row(const struct bench_run *run,
		      const struct bench_group *group,
		      const struct bench_result *result, int width)
{
	const struct bench_result *baseline =
		bench_group_result(group, run->options->baseline);
	struct bench_summary real, cpu;
	char median[16], min[16], p95[16], cpus[16], rate[16] = "";
	double faster, bytes;

	if (result->error[0]) {
		printf("%-*s ERROR: %s\n", width, result->name, result->error);
		return;
	}
	bench_result_summary(&real, group, result, BENCH_REAL);
	bench_result_summary(&cpu, group, result, BENCH_CPU);
	bench_print_short(median, sizeof(median), real.median);
	bench_print_short(min, sizeof(min), real.min);
	bench_print_short(p95, sizeof(p95), real.p95);
	bench_print_short(cpus, sizeof(cpus), cpu.median);
	printf("%-*s %9s %9s %9s %9s %9lu", width, result->name, median, min,
	       p95, cpus, result->samples[0].calls);

	faster = bench_times_as_fast(group, result, baseline, NULL);
	if (faster > 0)
		snprintf(rate, sizeof(rate), "%.3gx", faster);
	printf(" %8s", rate);
	bytes = bench_bytes_per_second(group, real.median);
	if (bytes > 0 && result->worker->peer->kind != BENCH_HARNESS)
		printf(" %7.3g", bytes / 1e9);
	print_extras(group, result);
	putchar('\n');
}

void bench_console_group(const struct bench_run *run,
			 const struct bench_group *group)
{
	int width = name_width(run);
	size_t i;

	for (i = 0; i < group->nresults; i++)
		print_row(run, group, &group->results[i], width);
	fflush(stdout);
}

void bench_console_end(const struct bench_run *run)
{
	struct bench_noise noise;
	char verdict[300];

	bench_noise_of(&noise, run);
	bench_noise_say(&noise, verdict, sizeof(verdict));
	if (noise.clock_ns > 0)
		printf("\nClock: one dependent add in %.4f ns, %.3f GHz if "
		       "that is a cycle.\n", noise.clock_ns,
		       1 / noise.clock_ns);
	if (noise.harness_ns > 0)
		printf("Harness: %.2f ns of each call are the loop's own "
		       "(empty).\n", noise.harness_ns);
	printf("Noise: %s.\n", verdict);
}
