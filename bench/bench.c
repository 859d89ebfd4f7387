/* SPDX-License-Identifier: MIT */
/*
 * bench.c - "vgetrandom bench": reads the options, runs, writes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "crew.h"
#include "options.h"
#include "plot.h"
#include "print.h"
#include "run.h"

static void list_tests(const struct bench_run *run)
{
	size_t g, i;

	for (g = 0; g < run->ngroups; g++)
		for (i = 0; i < run->groups[g].nresults; i++)
			printf("%s\n", run->groups[g].results[i].name);
}

static void group_finished(const struct bench_run *run,
			   const struct bench_group *group)
{
	if (run->options->format == BENCH_CONSOLE)
		bench_console_group(run, group);
}

static void print_run(FILE *out, const struct bench_run *run,
		      enum bench_format format)
{
	switch (format) {
	case BENCH_JSON:
		bench_print_json(out, run);
		break;
	case BENCH_CSV:
		bench_print_csv(out, run);
		break;
	default:
		bench_print_markdown(out, run);
		break;
	}
}

static FILE *open_output(const char *path)
{
	FILE *file = fopen(path, "we");

	if (!file)
		vgr_command_say("%s: %s", path, strerror(errno));
	return file;
}

/* A report that did not reach the disk is not a report. */
static int close_output(FILE *file, const char *path)
{
	int failed = ferror(file);

	if (!fclose(file) && !failed)
		return 0;
	vgr_command_say("%s: %s", path, strerror(errno));
	return 1;
}

static int run_and_write(struct bench_run *run, FILE *out, FILE *plot)
{
	const struct bench_options *options = run->options;
	int status;

	if (options->format == BENCH_CONSOLE)
		bench_console_begin(run);
	bench_run_all(run, group_finished);
	if (options->format == BENCH_CONSOLE)
		bench_console_end(run);
	else
		print_run(stdout, run, options->format);
	status = vgr_command_finish();
	if (out) {
		print_run(out, run, options->out_format);
		status |= close_output(out, options->out);
	}
	if (plot) {
		bench_plot(plot, run);
		status |= close_output(plot, options->plot);
	}
	return status;
}

static int run_asked(struct bench_run *run)
{
	const struct bench_options *options = run->options;
	FILE *out = NULL, *plot = NULL;

	/* Opened before the run: minutes later is too late to hear of it. */
	if (options->out && !(out = open_output(options->out)))
		return EXIT_FAILURE;
	if (options->plot && !(plot = open_output(options->plot)))
		return EXIT_FAILURE;
	return run_and_write(run, out, plot);
}

int vgr_command_bench(int argc, char **argv)
{
	static struct bench_options options;
	static struct bench_run run;
	int status = bench_options_parse(&options, argc, argv);

	if (status != BENCH_GO)
		return status;
	if (options.worker_peer)
		bench_worker_serve(&options);

	if (bench_run_prepare(&run, &options)) {
		status = EXIT_USAGE;
	} else if (options.only_list) {
		list_tests(&run);
		status = vgr_command_finish();
	} else {
		status = run_asked(&run);
	}
	bench_run_stop(&run);
	return status;
}
