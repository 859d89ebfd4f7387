/* SPDX-License-Identifier: MIT */
/*
 * options.c - see options.h.  Those that Google Benchmark has too are named and
 * behave as there.
 */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

static const char help[] =
"Usage: vgetrandom bench [OPTION...]\n"
"\n"
"Times this library and every other source of random bytes that is installed.\n"
"\n"
"  --benchmark_filter REGEX\n"
"             only benchmarks whose name matches; -REGEX: does not match\n"
"  --benchmark_list_tests\n"
"             print the benchmarks' names and stop\n"
"  --benchmark_repetitions N\n"
"             interleaved rounds (31)\n"
"  --benchmark_min_time SECONDS\n"
"             of one batch of calls (0.0005)\n"
"  --benchmark_format FORMAT\n"
"             console (if not given), json, csv or markdown\n"
"  --benchmark_out FILE\n"
"             write a report to FILE as well\n"
"  --benchmark_out_format FORMAT\n"
"             of that report: json (if not given), csv or markdown\n"
"  --benchmark_report_aggregates_only\n"
"             no line for each round in json and csv\n"
"\n"
"  --plot FILE      draw throughput, latency and thread scaling as SVG\n"
"  --sizes LIST     bytes a call (1,4,8,16,32,64,256,1K,4K,16K,64K,1M)\n"
"  --threads LIST   how many draw together (1, 2, the CPUs, 4 x the CPUs)\n"
"  --alive LIST     threads alive at a first draw (1,100,10000)\n"
"  --baseline NAME  whom the others are compared with (syscall)\n"
"  --load NAME=PATH where the library of a peer is\n"
"  --help           this text\n"
"\n"
"Each peer runs in a process of its own; they take turns on the last CPU.\n"
"Example: vgetrandom bench --benchmark_filter='^call/.*/16/threads:1$'\n"
"\n"
"Exit status: 0, 1 if a report could not be written, 2 for a wrong argument.\n";

enum {
	FILTER = 1000, LIST_TESTS, ROUNDS, MIN_TIME, FORMAT, OUT, OUT_FORMAT,
	AGGREGATES, PLOT, SIZES, THREADS, ALIVE, BASELINE, LOAD, HELP,
	WORKER
};

static const struct option long_options[] = {
	{ "benchmark_filter", required_argument, NULL, FILTER },
	{ "benchmark_list_tests", optional_argument, NULL, LIST_TESTS },
	{ "benchmark_repetitions", required_argument, NULL, ROUNDS },
	{ "benchmark_min_time", required_argument, NULL, MIN_TIME },
	{ "benchmark_format", required_argument, NULL, FORMAT },
	{ "benchmark_out", required_argument, NULL, OUT },
	{ "benchmark_out_format", required_argument, NULL, OUT_FORMAT },
	{ "benchmark_report_aggregates_only", optional_argument, NULL,
	  AGGREGATES },
	{ "plot", required_argument, NULL, PLOT },
	{ "sizes", required_argument, NULL, SIZES },
	{ "threads", required_argument, NULL, THREADS },
	{ "alive", required_argument, NULL, ALIVE },
	{ "baseline", required_argument, NULL, BASELINE },
	{ "load", required_argument, NULL, LOAD },
	{ "help", no_argument, NULL, HELP },
	{ "worker", required_argument, NULL, WORKER },	/* for ourselves */
	{ 0 },
};

#define complain(...) (vgr_command_say(__VA_ARGS__), -1)

/* ---- Values ------------------------------------------------------------- */

static int parse_count(const char *option, const char *text,
		       unsigned long max, unsigned long *value)
{
	char *end;

	errno = 0;
	*value = strtoul(text, &end, 10);
	if (end == text || *end || errno || *text == '-' || !*value ||
	    *value > max)
		return complain("--%s=%s: a number from 1 to %lu expected",
				option, text, max);
	return 0;
}

/* "1,16,4K" */
static int parse_list(const char *option, const char *text, unsigned long max,
		      struct bench_list *list)
{
	const char *at = text;
	unsigned long value;
	char *end;

	list->n = 0;
	while (list->n < BENCH_MAX_VALUES) {
		errno = 0;
		value = strtoul(at, &end, 10);
		if (end == at || *at == '-' || errno || value > max)
			break;
		if (*end == 'K' || *end == 'M')
			value <<= *end++ == 'K' ? 10 : 20;
		if (!value || value > max || (*end && *end != ','))
			break;
		list->values[list->n++] = value;
		if (!*end)
			return 0;
		at = end + 1;
	}
	return complain("--%s=%s: at most %d numbers from 1 to %lu expected, "
			"commas between", option, text, BENCH_MAX_VALUES,
			max);
}

/* Seconds; Google Benchmark 1.8 writes "0.5s". */
static int parse_min_time(const char *text, double *ns)
{
	char *end;
	double value = strtod(text, &end);

	if (*end == 's')
		end++;
	if (end == text || *end || !isfinite(value) || value <= 0 || value > 60)
		return complain("--benchmark_min_time=%s: seconds expected, "
				"at most 60", text);
	*ns = value * 1e9;
	return 0;
}

/* A file is never for a terminal. */
static int parse_format(const char *option, const char *text, bool is_file,
			enum bench_format *format)
{
	static const char *const names[] = {
		[BENCH_CONSOLE] = "console", [BENCH_JSON] = "json",
		[BENCH_CSV] = "csv", [BENCH_MARKDOWN] = "markdown",
	};
	unsigned int i;

	for (i = is_file; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(text, names[i])) {
			*format = (enum bench_format)i;
			return 0;
		}
	return complain("--%s=%s: %sjson, csv or markdown expected", option,
			text, is_file ? "" : "console, ");
}

static int parse_switch(const char *option, const char *text, bool *value)
{
	*value = true;
	if (!text || !strcmp(text, "true") || !strcmp(text, "1"))
		return 0;
	*value = false;
	if (!strcmp(text, "false") || !strcmp(text, "0"))
		return 0;
	return complain("--%s=%s: true or false expected", option, text);
}

static int parse_filter(struct bench_options *options, const char *text)
{
	char why[128];
	int error;

	options->filter = text;
	options->is_negated = *text == '-';
	error = regcomp(&options->regex, text + options->is_negated,
			REG_EXTENDED | REG_NOSUB);
	if (!error)
		return 0;
	regerror(error, &options->regex, why, sizeof(why));
	return complain("--benchmark_filter=%s: %s", text, why);
}

static int parse_peer(const char *option, const char *text,
		      const struct bench_peer **peer)
{
	*peer = bench_peer_named(text);
	return *peer ? 0 : complain("--%s=%s: no such peer", option, text);
}

static int parse_load(struct bench_options *options, const char *text)
{
	const char *equals = strchr(text, '=');
	char name[64];

	if (!equals || !equals[1] || options->npaths == BENCH_MAX_VALUES)
		return complain("--load=%s: NAME=PATH expected", text);
	snprintf(name, sizeof(name), "%.*s", (int)(equals - text), text);
	if (!bench_peer_named(name))
		return complain("--load=%s: no such peer", text);
	options->paths[options->npaths++] = text;
	return 0;
}

/* FD:NAME */
static int parse_worker(struct bench_options *options, const char *text)
{
	int used = 0;

	if (sscanf(text, "%d:%n", &options->worker_fd, &used) != 1 || !used)
		return complain("--worker=%s: not for you", text);
	return parse_peer("worker", text + used, &options->worker_peer);
}

/* ---- All of them -------------------------------------------------------- */

static void add_once(struct bench_list *list, unsigned long value)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (list->values[i] == value)
			return;
	list->values[list->n++] = value;
}

static void set_defaults(struct bench_options *options)
{
	unsigned int ncpus = bench_ncpus();

	memset(options, 0, sizeof(*options));
	options->rounds = 31;
	options->min_ns = 0.0005e9;
	options->out_format = BENCH_JSON;
	options->baseline = bench_peer_named("syscall");
	options->sizes = (struct bench_list){
		{ 1, 4, 8, 16, 32, 64, 256, 1 << 10, 4 << 10, 16 << 10,
		  64 << 10, 1 << 20 }, 12
	};
	options->alive = (struct bench_list){ { 1, 100, 10000 }, 3 };
	if (ncpus > BENCH_MAX_THREADS / 4)
		ncpus = BENCH_MAX_THREADS / 4;
	add_once(&options->threads, 1);
	add_once(&options->threads, 2);
	add_once(&options->threads, ncpus);
	add_once(&options->threads, 4 * ncpus);
}

static int take(struct bench_options *options, int which, const char *value)
{
	unsigned long count;
	int error;

	switch (which) {
	case FILTER:
		return parse_filter(options, value);
	case LIST_TESTS:
		return parse_switch("benchmark_list_tests", value,
				    &options->only_list);
	case ROUNDS:
		error = parse_count("benchmark_repetitions", value, 10000,
				    &count);
		options->rounds = (unsigned int)count;
		return error;
	case MIN_TIME:
		return parse_min_time(value, &options->min_ns);
	case FORMAT:
		return parse_format("benchmark_format", value, false,
				    &options->format);
	case OUT_FORMAT:
		return parse_format("benchmark_out_format", value, true,
				    &options->out_format);
	case OUT:
		options->out = value;
		return 0;
	case AGGREGATES:
		return parse_switch("benchmark_report_aggregates_only", value,
				    &options->only_aggregates);
	case PLOT:
		options->plot = value;
		return 0;
	case SIZES:
		return parse_list("sizes", value, BENCH_MAX_LEN,
				  &options->sizes);
	case THREADS:
		return parse_list("threads", value, BENCH_MAX_THREADS,
				  &options->threads);
	case ALIVE:
		return parse_list("alive", value, BENCH_MAX_ALIVE,
				  &options->alive);
	case BASELINE:
		return parse_peer("baseline", value, &options->baseline);
	case LOAD:
		return parse_load(options, value);
	case WORKER:
		return parse_worker(options, value);
	default:
		return -1;
	}
}

int bench_options_parse(struct bench_options *options, int argc, char **argv)
{
	int which;

	set_defaults(options);
	for (;;) {
		which = getopt_long(argc, argv, ":h", long_options, NULL);
		if (which == -1)
			break;
		if (which == '?' || which == ':')
			return vgr_command_bad_option(argv, which);
		if (which == HELP || which == 'h')
			return vgr_command_print(help);
		if (take(options, which, optarg))
			return EXIT_USAGE;
	}
	if (optind < argc)
		return vgr_command_bad_operand(argv[optind]);
	return BENCH_GO;
}

bool bench_options_want(const struct bench_options *options, const char *name)
{
	if (!options->filter || !strcmp(options->filter, "all"))
		return true;
	return (regexec(&options->regex, name, 0, NULL, 0) == 0) !=
	       options->is_negated;
}

const char *bench_options_path(const struct bench_options *options,
			       const char *peer)
{
	size_t len = strlen(peer), i;

	for (i = 0; i < options->npaths; i++)
		if (!strncmp(options->paths[i], peer, len) &&
		    options->paths[i][len] == '=')
			return options->paths[i] + len + 1;
	return NULL;
}
