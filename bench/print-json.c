/* SPDX-License-Identifier: MIT */
/*
 * print-json.c - Google Benchmark's JSON, which its compare.py reads, and its
 * CSV.
 *
 * A round is a repetition.  Beside Google's own aggregates stand min, p95 and
 * times_as_fast, the ratio to the baseline.
 */
#include "print.h"

#include <string.h>

#include "statistics.h"

/* ---- JSON --------------------------------------------------------------- */

static void print_string(FILE *out, const char *text)
{
	putc('"', out);
	for (; *text; text++)
		if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else if ((unsigned char)*text < ' ')
			fprintf(out, "\\u%04x", (unsigned char)*text);
		else
			putc(*text, out);
	putc('"', out);
}

static void print_pair(FILE *out, const char *key, const char *value)
{
	fprintf(out, "    ");
	print_string(out, key);
	fprintf(out, ": ");
	print_string(out, value);
	fprintf(out, ",\n");
}

static void print_caches(FILE *out, const struct bench_machine *machine)
{
	const struct bench_cache *cache;
	int i;

	fprintf(out, "    \"caches\": [");
	for (i = 0; i < machine->ncaches; i++) {
		cache = &machine->caches[i];
		fprintf(out, "%s\n      {\"type\": ", i ? "," : "");
		print_string(out, cache->type);
		fprintf(out, ", \"level\": %d, \"size\": %ld, "
			"\"num_sharing\": %d}", cache->level, cache->len,
			cache->num_sharing);
	}
	fprintf(out, "%s],\n", machine->ncaches ? "\n    " : "");
}

static void print_peers(FILE *out, const struct bench_run *run)
{
	const struct bench_worker *worker;
	char key[64];
	size_t i;

	for (i = 0; i < run->nworkers; i++) {
		worker = &run->workers[i];
		snprintf(key, sizeof(key), "%s %s",
			 worker->is_absent ? "absent" : "present",
			 worker->peer->name);
		print_pair(out, key, worker->note);
	}
}

static void print_context(FILE *out, const struct bench_run *run)
{
	const struct bench_machine *machine = &run->machine;
	struct bench_noise noise;
	char verdict[300];

	bench_noise_of(&noise, run);
	bench_noise_say(&noise, verdict, sizeof(verdict));
	fprintf(out, "  \"context\": {\n");
	print_pair(out, "date", machine->date);
	print_pair(out, "executable", "vgetrandom bench");
	fprintf(out, "    \"num_cpus\": %u,\n", machine->ncpus);
	fprintf(out, "    \"mhz_per_cpu\": %.0f,\n",
		noise.clock_ns > 0 ? 1e3 / noise.clock_ns : 0);
	fprintf(out, "    \"cpu_scaling_enabled\": %s,\n",
		strcmp(machine->governor, "unknown") &&
		strcmp(machine->governor, "performance") ? "true" : "false");
	print_caches(out, machine);
	fprintf(out, "    \"load_avg\": [%.2f, %.2f, %.2f],\n",
		machine->load[0], machine->load[1], machine->load[2]);
	print_pair(out, "cpu", machine->cpu);
	print_pair(out, "kernel", machine->kernel);
	print_pair(out, "libc", machine->libc);
	print_pair(out, "scaling_governor", machine->governor);
	print_pair(out, "baseline", run->options->baseline->name);
	print_pair(out, "noise", verdict);
	fprintf(out, "    \"clock_ns\": %.5f,\n", noise.clock_ns);
	fprintf(out, "    \"harness_ns\": %.4f,\n", noise.harness_ns);
	print_peers(out, run);
	fprintf(out, "    \"library_build_type\": \"release\"\n  },\n");
}

static bool is_first_row;

/* What every row begins with. */
static void print_row(FILE *out, const struct bench_run *run,
		      const struct bench_group *group,
		      const struct bench_result *result, const char *aggregate)
{
	char name[128];

	snprintf(name, sizeof(name), "%s%s%s", result->name,
		 aggregate ? "_" : "", aggregate ? aggregate : "");
	fprintf(out, "%s    {\n      \"name\": ", is_first_row ? "" : ",\n");
	is_first_row = false;
	print_string(out, name);
	fprintf(out, ",\n      \"family_index\": %zu,\n"
		"      \"per_family_instance_index\": %zu,\n"
		"      \"run_name\": ", (size_t)(group - run->groups),
		(size_t)(result - group->results));
	print_string(out, result->name);
	fprintf(out, ",\n      \"run_type\": \"%s\",\n"
		"      \"repetitions\": %u,\n      \"threads\": %u,\n",
		aggregate ? "aggregate" : "iteration", group->rounds,
		group->order.family == BENCH_CALL ? group->order.n : 1);
}

/* ... and what it ends with. */
static void print_numbers(FILE *out, const struct bench_group *group,
			  double real, double cpu, const double extra[2],
			  double faster)
{
	const struct bench_family_facts *facts =
		&bench_families[group->order.family];
	double bytes = bench_bytes_per_second(group, real);
	int i;

	fprintf(out, "      \"real_time\": %.10e,\n"
		"      \"cpu_time\": %.10e,\n      \"time_unit\": \"ns\"",
		real, cpu);
	if (bytes > 0)
		fprintf(out, ",\n      \"bytes_per_second\": %.10e", bytes);
	if (faster > 0)
		fprintf(out, ",\n      \"times_as_fast\": %.6e", faster);
	for (i = 0; extra && i < 2 && facts->extra[i]; i++)
		fprintf(out, ",\n      \"%s\": %.6e", facts->extra[i],
			extra[i]);
	fprintf(out, "\n    }");
}

static void print_round(FILE *out, const struct bench_run *run,
			const struct bench_group *group,
			const struct bench_result *result, unsigned int round)
{
	const struct bench_result *baseline =
		bench_group_result(group, run->options->baseline);
	const struct bench_sample *sample = &result->samples[round];

	print_row(out, run, group, result, NULL);
	fprintf(out, "      \"repetition_index\": %u,\n"
		"      \"iterations\": %lu,\n", round, sample->calls);
	print_numbers(out, group, sample->real_ns, sample->cpu_ns,
		      sample->extra,
		      bench_result_is_valid(baseline) ?
			baseline->samples[round].real_ns / sample->real_ns : 0);
}

static void print_aggregates(FILE *out, const struct bench_run *run,
			     const struct bench_group *group,
			     const struct bench_result *result)
{
	struct bench_summary real, cpu, extra[2];
	double faster;
	size_t i;

	bench_result_summary(&real, group, result, BENCH_REAL);
	bench_result_summary(&cpu, group, result, BENCH_CPU);
	bench_result_summary(&extra[0], group, result, BENCH_EXTRA_0);
	bench_result_summary(&extra[1], group, result, BENCH_EXTRA_1);
	faster = bench_times_as_fast(group, result,
		bench_group_result(group, run->options->baseline), NULL);
	{
		const struct {
			const char *name;
			double real, cpu, extra[2], faster;
		} rows[] = {
			{ "mean", real.mean, cpu.mean,
			  { extra[0].mean, extra[1].mean }, 0 },
			{ "median", real.median, cpu.median,
			  { extra[0].median, extra[1].median }, faster },
			{ "stddev", real.stddev, cpu.stddev,
			  { extra[0].stddev, extra[1].stddev }, 0 },
			{ "min", real.min, cpu.min,
			  { extra[0].min, extra[1].min }, 0 },
			{ "p95", real.p95, cpu.p95,
			  { extra[0].p95, extra[1].p95 }, 0 },
		};

		for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
			print_row(out, run, group, result, rows[i].name);
			fprintf(out, "      \"aggregate_name\": \"%s\",\n"
				"      \"aggregate_unit\": \"time\",\n"
				"      \"iterations\": %u,\n", rows[i].name,
				group->rounds);
			print_numbers(out, group, rows[i].real, rows[i].cpu,
				      rows[i].extra, rows[i].faster);
		}
	}
}

static void print_result(FILE *out, const struct bench_run *run,
			 const struct bench_group *group,
			 const struct bench_result *result)
{
	unsigned int round;

	if (result->error[0]) {
		print_row(out, run, group, result, NULL);
		fprintf(out, "      \"repetition_index\": 0,\n"
			"      \"error_occurred\": true,\n"
			"      \"error_message\": ");
		print_string(out, result->error);
		fprintf(out, ",\n      \"iterations\": 0,\n");
		print_numbers(out, group, 0, 0, NULL, 0);
		return;
	}
	for (round = 0; !run->options->only_aggregates &&
			round < group->rounds; round++)
		print_round(out, run, group, result, round);
	print_aggregates(out, run, group, result);
}

void bench_print_json(FILE *out, const struct bench_run *run)
{
	size_t g, i;

	is_first_row = true;
	fprintf(out, "{\n");
	print_context(out, run);
	fprintf(out, "  \"benchmarks\": [\n");
	for (g = 0; g < run->ngroups; g++)
		for (i = 0; i < run->groups[g].nresults; i++)
			print_result(out, run, &run->groups[g],
				     &run->groups[g].results[i]);
	fprintf(out, "\n  ]\n}\n");
}
