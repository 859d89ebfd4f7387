/* SPDX-License-Identifier: MIT */
/*
 * options.h - what was asked for on the command line.
 */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#include "measure.h"

#define BENCH_MAX_VALUES 32	/* of one list */

enum bench_format {
	BENCH_CONSOLE, BENCH_JSON, BENCH_CSV, BENCH_MARKDOWN
};

struct bench_list {
	unsigned long values[BENCH_MAX_VALUES];
	size_t n;
};

struct bench_options {
	const char *filter;		/* as written */
	regex_t regex;
	bool is_negated;		/* the filter began with '-' */
	unsigned int rounds;
	double min_ns;			/* of one batch of calls */
	enum bench_format format, out_format;
	const char *out, *plot;
	bool only_list, only_aggregates;

	struct bench_list sizes, threads, alive;
	const struct bench_peer *baseline;
	const char *paths[BENCH_MAX_VALUES];	/* NAME=PATH, from --load */
	size_t npaths;

	int worker_fd;
	const struct bench_peer *worker_peer;	/* NULL, or: be its worker */
};

enum bench_parsed { BENCH_GO = -1 };

/*
 * BENCH_GO, or the exit status: 0 after --help, 2 after one line that says what
 * made no sense.
 */
int bench_options_parse(struct bench_options *options, int argc, char **argv);

bool bench_options_want(const struct bench_options *options, const char *name);

/* The path given for a peer, or NULL. */
const char *bench_options_path(const struct bench_options *options,
			       const char *peer);

#endif
