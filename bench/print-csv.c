/* SPDX-License-Identifier: MIT */
/*
 * print-csv.c - Google Benchmark's columns, then ours.
 */
#include "print.h"

#include "statistics.h"

static void print_row(FILE *out, const struct bench_group *group,
		      const struct bench_result *result, const char *aggregate,
		      unsigned long calls, double real, double cpu,
		      double faster)
{
	double bytes = bench_bytes_per_second(group, real);

	fprintf(out, "\"%s%s%s\",%lu,%.6g,%.6g,ns,", result->name,
		*aggregate ? "_" : "", aggregate, calls, real, cpu);
	if (bytes > 0)
		fprintf(out, "%.6g", bytes);
	fprintf(out, ",,,,,");
	if (faster > 0)
		fprintf(out, "%.4g", faster);
	putc('\n', out);
}

static void print_result(FILE *out, const struct bench_run *run,
			 const struct bench_group *group,
			 const struct bench_result *result)
{
	const struct bench_result *baseline =
		bench_group_result(group, run->options->baseline);
	struct bench_summary real, cpu;
	unsigned int round;

	if (result->error[0]) {
		fprintf(out, "\"%s\",,,,,,,,true,\"%s\",\n", result->name,
			result->error);
		return;
	}
	for (round = 0; !run->options->only_aggregates &&
			round < group->rounds; round++) {
		const struct bench_sample *sample = &result->samples[round];

		print_row(out, group, result, "", sample->calls,
			  sample->real_ns, sample->cpu_ns,
			  bench_result_is_valid(baseline) ?
				baseline->samples[round].real_ns /
				sample->real_ns : 0);
	}
	bench_result_summary(&real, group, result, BENCH_REAL);
	bench_result_summary(&cpu, group, result, BENCH_CPU);
	print_row(out, group, result, "median", group->rounds, real.median,
		  cpu.median,
		  bench_times_as_fast(group, result, baseline, NULL));
	print_row(out, group, result, "min", group->rounds, real.min, cpu.min,
		  0);
	print_row(out, group, result, "p95", group->rounds, real.p95, cpu.p95,
		  0);
}

void bench_print_csv(FILE *out, const struct bench_run *run)
{
	size_t g, i;

	fprintf(out, "name,iterations,real_time,cpu_time,time_unit,"
		"bytes_per_second,items_per_second,label,error_occurred,"
		"error_message,times_as_fast\n");
	for (g = 0; g < run->ngroups; g++)
		for (i = 0; i < run->groups[g].nresults; i++)
			print_result(out, run, &run->groups[g],
				     &run->groups[g].results[i]);
}
