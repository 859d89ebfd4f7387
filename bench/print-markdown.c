/* SPDX-License-Identifier: MIT */
/*
 * print-markdown.c - the tables of a report: peers down, sizes across.
 */
#include "print.h"

#include <string.h>

#include "grid.h"
#include "statistics.h"

static struct bench_grid grid;

/* ---- Calls: one table for each number of threads ------------------------ */

typedef void cell_fn(char *cell, size_t len, const struct bench_run *run,
		     const struct bench_group *group,
		     const struct bench_result *result);

static void median_cell(char *cell, size_t len, const struct bench_run *run,
			const struct bench_group *group,
			const struct bench_result *result)
{
	struct bench_summary summary;

	(void)run;
	bench_result_summary(&summary, group, result, BENCH_REAL);
	bench_print_short(cell, len, summary.median);
}

static void faster_cell(char *cell, size_t len, const struct bench_run *run,
			const struct bench_group *group,
			const struct bench_result *result)
{
	double faster = bench_times_as_fast(group, result,
		bench_group_result(group, run->options->baseline), NULL);

	if (faster > 0)
		snprintf(cell, len, "%.*f", faster < 9.95 ? 2 : 1, faster);
}

static void rate_cell(char *cell, size_t len, const struct bench_run *run,
		      const struct bench_group *group,
		      const struct bench_result *result)
{
	struct bench_summary summary;

	(void)run;
	bench_result_summary(&summary, group, result, BENCH_REAL);
	snprintf(cell, len, "%.3g",
		 bench_bytes_per_second(group, summary.median) / 1e9);
}

static bool draws(const struct bench_peer *peer)
{
	return peer->kind != BENCH_HARNESS;
}

/* Returns whether there was anything to print. */
static bool print_by_size(FILE *out, const struct bench_run *run,
			  unsigned int nthreads, const char *title,
			  cell_fn *cell_of)
{
	static const char *const head[] = { "bytes", NULL };
	const struct bench_options *options = run->options;
	const struct bench_result *result;
	const struct bench_group *group;
	size_t w, s, row, column = 0;
	char cell[32];

	bench_grid_begin(&grid, head);
	for (s = 0; s < options->sizes.n; s++) {
		group = bench_run_group(run, BENCH_CALL,
					options->sizes.values[s], nthreads);
		if (!group)
			continue;
		bench_print_size(cell, sizeof(cell), group->order.len);
		bench_grid_set(&grid, 0, ++column, "%s", cell);
		for (w = row = 0; w < run->nworkers; w++) {
			const struct bench_peer *peer = run->workers[w].peer;

			if (run->workers[w].is_absent ||
			    (!draws(peer) && cell_of != median_cell))
				continue;
			row++;
			result = bench_group_result(group, peer);
			*cell = 0;
			if (result && !bench_result_is_valid(result))
				snprintf(cell, sizeof(cell), "error");
			else if (result)
				cell_of(cell, sizeof(cell), run, group, result);
			bench_grid_set(&grid, row, 0, draws(peer) ? "%s" :
				       "(%s)", peer->name);
			bench_grid_set(&grid, row, column, "%s", cell);
		}
	}
	if (!column)
		return false;
	fprintf(out, "%s\n\n", title);
	bench_grid_print(out, &grid, 1);
	return true;
}

static void print_calls(FILE *out, const struct bench_run *run,
			unsigned int nthreads)
{
	char title[160];

	snprintf(title, sizeof(title), "## Calls one after the other, %u "
		 "thread%s\n\nns a call%s, median", nthreads,
		 nthreads > 1 ? "s" : "",
		 nthreads > 1 ? " (wall time by all threads' calls)" : "");
	if (!print_by_size(out, run, nthreads, title, median_cell))
		return;
	snprintf(title, sizeof(title), "Times as fast as %s, median of the "
		 "rounds' ratios", run->options->baseline->name);
	print_by_size(out, run, nthreads, title, faster_cell);
	print_by_size(out, run, nthreads, "GB/s (1e9 bytes), from the medians",
		      rate_cell);
}

/* ---- One group in detail ------------------------------------------------ */

static void detail_row(const struct bench_run *run,
		       const struct bench_group *group,
		       const struct bench_result *result, size_t row)
{
	const struct bench_family_facts *facts =
		&bench_families[group->order.family];
	struct bench_summary summary;
	char text[16];
	double faster;
	size_t i;

	bench_grid_set(&grid, row, 0, "%s", result->worker->peer->name);
	if (result->error[0]) {
		bench_grid_set(&grid, row, 1, "%s", result->error);
		return;
	}
	bench_result_summary(&summary, group, result, BENCH_REAL);
	bench_print_short(text, sizeof(text), summary.min);
	bench_grid_set(&grid, row, 1, "%s", text);
	bench_print_short(text, sizeof(text), summary.median);
	bench_grid_set(&grid, row, 2, "%s", text);
	bench_print_short(text, sizeof(text), summary.p95);
	bench_grid_set(&grid, row, 3, "%s", text);
	faster = bench_times_as_fast(group, result,
		bench_group_result(group, run->options->baseline), NULL);
	if (faster > 0)
		bench_grid_set(&grid, row, 4, "%.*f", faster < 9.95 ? 2 : 1,
			       faster);
	for (i = 0; i < 2 && facts->extra[i]; i++) {
		bench_result_summary(&summary, group, result,
				     i ? BENCH_EXTRA_1 : BENCH_EXTRA_0);
		bench_print_short(text, sizeof(text), summary.median);
		bench_grid_set(&grid, row, 5 + i, "%s", text);
	}
}

static void print_detail(FILE *out, const struct bench_run *run,
			 const struct bench_group *group)
{
	const struct bench_family_facts *facts =
		&bench_families[group->order.family];
	char faster[64];
	const char *const head[] = {
		"ns", "minimum", "median", "95th percentile", faster,
		facts->extra[0], facts->extra[1], NULL
	};
	size_t i;

	snprintf(faster, sizeof(faster), "times as fast as %s",
		 run->options->baseline->name);
	bench_grid_begin(&grid, head);
	for (i = 0; i < group->nresults; i++)
		detail_row(run, group, &group->results[i], i + 1);
	fprintf(out, "## %s: %zu bytes", facts->title, group->order.len);
	if (group->order.family == BENCH_ALIVE)
		fprintf(out, ", n = %u", group->order.n);
	fprintf(out, "\n\n");
	bench_grid_print(out, &grid, 1);
}

/* ---- Where somebody else is ahead --------------------------------------- */

/* Ahead is faster by 2% and more, and in nine rounds of ten. */
#define AHEAD	1.02
#define SHARE	0.9

static const struct bench_worker *ourselves(const struct bench_run *run)
{
	size_t i;

	for (i = 0; i < run->nworkers; i++)
		if (run->workers[i].peer->kind == BENCH_OURS)
			return &run->workers[i];
	return NULL;
}

/* One sentence for a group: who, and by how much. */
static bool print_ahead(FILE *out, const struct bench_group *group,
			const struct bench_result *us)
{
	const struct bench_order *order = &group->order;
	unsigned int nahead = 0;
	double faster, share;
	size_t i;

	for (i = 0; i < group->nresults; i++) {
		const struct bench_result *other = &group->results[i];

		if (other->worker->peer->kind != BENCH_OTHER)
			continue;
		faster = bench_times_as_fast(group, other, us, &share);
		if (faster < AHEAD || share < SHARE)
			continue;
		if (!nahead++) {
			fprintf(out, "- %s, %zu bytes",
				bench_families[order->family].title,
				order->len);
			if (order->family == BENCH_CALL ||
			    order->family == BENCH_ALIVE)
				fprintf(out, ", n = %u", order->n);
			fprintf(out, ": ");
		}
		fprintf(out, "%s%s is %.3g times as fast",
			nahead > 1 ? ", " : "", other->worker->peer->name,
			faster);
	}
	if (nahead)
		fprintf(out, ".\n");
	return nahead;
}

static void print_all_ahead(FILE *out, const struct bench_run *run)
{
	const struct bench_worker *us = ourselves(run);
	unsigned int nplaces = 0;
	size_t g;

	fprintf(out, "## Where another is ahead of vgetrandom\n\n"
		"Faster by 2 %% or more, and in at least nine rounds of ten; "
		"n is the number of threads.\n\n");
	for (g = 0; us && g < run->ngroups; g++)
		nplaces += print_ahead(out, &run->groups[g],
				       bench_group_result(&run->groups[g],
							  us->peer));
	fprintf(out, "%s\n", nplaces ? "" : "Nowhere in this run.\n");
}

/* ---- The whole ---------------------------------------------------------- */

static void print_facts(FILE *out, const struct bench_run *run)
{
	static const char *const head[] = { "peer", "what it is", NULL };
	const struct bench_machine *machine = &run->machine;
	struct bench_noise noise;
	char verdict[300];
	size_t i;

	bench_noise_of(&noise, run);
	bench_noise_say(&noise, verdict, sizeof(verdict));
	fprintf(out, "- Machine: %s, %u CPUs, %s, %s, frequency governor %s\n",
		machine->cpu, machine->ncpus, machine->kernel, machine->libc,
		machine->governor);
	fprintf(out, "- Run: %s, %u rounds, batches of %.2g ms, load %.2f at "
		"the start\n", machine->date, run->options->rounds,
		run->options->min_ns / 1e6, machine->load[0]);
	if (noise.clock_ns > 0)
		fprintf(out, "- Clock: one dependent add takes %.4f ns "
			"(%.3f GHz if that is a cycle)\n", noise.clock_ns,
			1 / noise.clock_ns);
	if (noise.harness_ns > 0)
		fprintf(out, "- Harness: %.2f ns of each call are the loop's "
			"own, as \"(empty)\" shows\n", noise.harness_ns);
	fprintf(out, "- Noise: %s\n\n", verdict);

	bench_grid_begin(&grid, head);
	for (i = 0; i < run->nworkers; i++) {
		const struct bench_worker *worker = &run->workers[i];

		bench_grid_set(&grid, i + 1, 0, "%s", worker->peer->name);
		bench_grid_set(&grid, i + 1, 1, "%s%s",
			       worker->is_absent ? "*absent:* " : "",
			       worker->note);
	}
	bench_grid_print(out, &grid, 2);
}

void bench_print_markdown(FILE *out, const struct bench_run *run)
{
	const struct bench_options *options = run->options;
	const struct bench_order *order;
	size_t i, g;

	print_facts(out, run);
	for (i = 0; i < options->threads.n; i++)
		print_calls(out, run, (unsigned int)options->threads.values[i]);
	for (g = 0; g < run->ngroups; g++) {
		order = &run->groups[g].order;
		if (order->family != BENCH_CALL ||
		    (order->n == 1 && (order->len == 16 || order->len == 4096 ||
				       order->len == 65536)))
			print_detail(out, run, &run->groups[g]);
	}
	print_all_ahead(out, run);
}
