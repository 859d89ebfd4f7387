/* SPDX-License-Identifier: MIT */
/*
 * plot.c - throughput by size, latency of a small call, scaling by threads.
 *
 * Drawn here and not by a plotting program: the picture then needs nothing but
 * the command itself, and a line carries its name where it ends.
 */
#include "plot.h"

#include <string.h>

#include "print.h"
#include "statistics.h"
#include "svg.h"

#define WIDTH		1300
#define HEIGHT		1110
#define LATENCY_LEN	16
#define LATENCY_LEN_2	32

/* Ours stand out, system calls stand back. */
static const struct {
	const char *peer, *colour;
} colours[] = {
	{ "vgetrandom", "#1749c9" },
	{ "vgetrandom-", "#7d9cf2" },		/* the cores */
	{ "syscall", "#444444" },
	{ "vdso", "#d1750b" },
	{ "libc-getrandom", "#8a8a8a" },
	{ "libc-getentropy", "#9c8f7a" },
	{ "libc-arc4random", "#7a8f9c" },
	{ "libbsd", "#8b4fb3" },
	{ "libsodium-internal", "#0f8a5f" },
	{ "libsodium", "#7fb8a2" },
	{ "openssl", "#c62f3a" },
	{ "boringssl", "#e0707a" },
	{ "aws-lc", "#a01f60" },
	{ "gnutls", "#1597a8" },
	{ "libgcrypt-nonce", "#8a6d1f" },
	{ "libgcrypt-strong", "#b89a4a" },
};

static const char *colour_of(const struct bench_peer *peer)
{
	size_t i;

	for (i = 0; i < sizeof(colours) / sizeof(*colours); i++)
		if (!strcmp(colours[i].peer, peer->name) ||
		    (peer->kind == BENCH_OUR_CORE &&
		     !strcmp(colours[i].peer, "vgetrandom-")))
			return colours[i].colour;
	return "#666666";
}

static void begin_series(struct bench_series *series,
			 const struct bench_peer *peer)
{
	memset(series, 0, sizeof(*series));
	snprintf(series->label, sizeof(series->label), "%s", peer->name);
	series->colour = colour_of(peer);
	series->width = peer->kind == BENCH_OURS ? 3.2 : 1.5;
}

static void add_point(struct bench_series *series, double x, double y)
{
	if (series->n == BENCH_MAX_POINTS)
		return;
	series->x[series->n] = x;
	series->y[series->n++] = y;
}

/* The median, or 0. */
static double median(const struct bench_run *run, const struct bench_peer *peer,
		     size_t len, unsigned int nthreads)
{
	const struct bench_group *group =
		bench_run_group(run, BENCH_CALL, len, nthreads);
	const struct bench_result *result = bench_group_result(group, peer);
	struct bench_summary summary;

	if (!bench_result_is_valid(result))
		return 0;
	bench_result_summary(&summary, group, result, BENCH_REAL);
	return summary.median;
}

/* ---- Throughput by size ------------------------------------------------- */

static void plot_throughput(FILE *out, const struct bench_run *run,
			    double left, double right, double top,
			    double bottom)
{
	static struct bench_series series[BENCH_MAX_PEERS];
	const struct bench_list *sizes = &run->options->sizes;
	struct bench_axis x = { 0 }, y = { 0 };
	char text[32];
	size_t w, s, n = 0;

	for (w = 0; w < run->nworkers; w++) {
		const struct bench_peer *peer = run->workers[w].peer;

		if (peer->kind == BENCH_HARNESS)
			continue;
		begin_series(&series[n], peer);
		for (s = 0; s < sizes->n; s++) {
			double len = (double)sizes->values[s];
			double ns = median(run, peer, sizes->values[s], 1);

			if (ns <= 0)
				continue;
			add_point(&series[n], len, len / ns);
			bench_axis_include(&x, len);
			bench_axis_include(&y, len / ns);
		}
		n++;
	}
	bench_svg_title(out, left - 45, top - 18,
			"Throughput in GB/s by bytes a call, 1 thread");
	bench_axis_round(&y);
	if (x.to <= x.from)
		x.to = x.from > 0 ? 2 * x.from : (x.from = 1) + 1;
	x.begin = left + 10, x.end = right - 10;
	y.begin = bottom, y.end = top;
	bench_svg_decades(out, &y, left, right, "");
	for (s = 0; s < sizes->n; s++) {
		double at = bench_axis_at(&x, (double)sizes->values[s]);

		if (!bench_run_group(run, BENCH_CALL, sizes->values[s], 1))
			continue;
		bench_svg_line(out, at, top, at, bottom, NULL);
		bench_print_size(text, sizeof(text), sizes->values[s]);
		bench_svg_text(out, at, bottom + 17, BENCH_MIDDLE, 11, NULL,
			       text);
	}
	bench_svg_text(out, (left + right) / 2, bottom + 35, BENCH_MIDDLE, 11,
		       NULL, "bytes a call");
	bench_series_merge(series, n);
	bench_svg_series(out, series, n, &x, &y, right + 22);
}

/* ---- Latency of a small call -------------------------------------------- */

static void plot_bar(FILE *out, const struct bench_axis *x, double y,
		     const char *colour, double opacity, double ns)
{
	char text[16];

	if (ns <= 0)
		return;
	bench_svg_bar(out, x->begin, y, bench_axis_at(x, ns) - x->begin, 8,
		      colour, opacity);
	bench_print_short(text, sizeof(text), ns);
	bench_svg_text(out, bench_axis_at(x, ns) + 4, y + 8, BENCH_LEFT, 10,
		       NULL, text);
}

static void plot_latency(FILE *out, const struct bench_run *run, double left,
			 double right, double top, double bottom)
{
	struct bench_axis x = { 0 };
	double row_height = 21, at;
	size_t w, nrows = 0;
	char text[32];

	for (w = 0; w < run->nworkers; w++) {
		nrows += !run->workers[w].is_absent;
		bench_axis_include(&x, median(run, run->workers[w].peer,
					      LATENCY_LEN, 1));
		bench_axis_include(&x, median(run, run->workers[w].peer,
					      LATENCY_LEN_2, 1));
	}
	bench_svg_title(out, left - 130, top - 18,
			"A call of 16 (dark) and 32 bytes (light), ns");
	bench_axis_round(&x);
	x.begin = left, x.end = right;
	if (nrows && (bottom - top) / (double)nrows < row_height)
		row_height = (bottom - top) / (double)nrows;
	bottom = top + row_height * (double)nrows;
	for (at = x.from; at < x.to * 1.001; at *= 10) {
		bench_svg_line(out, bench_axis_at(&x, at), top,
			       bench_axis_at(&x, at), bottom, NULL);
		snprintf(text, sizeof(text), "%g", at);
		bench_svg_text(out, bench_axis_at(&x, at), bottom + 17,
			       BENCH_MIDDLE, 11, NULL, text);
	}
	for (w = 0, at = top; w < run->nworkers; w++) {
		const struct bench_peer *peer = run->workers[w].peer;
		const char *colour = colour_of(peer);

		if (run->workers[w].is_absent)
			continue;
		bench_svg_text(out, left - 6, at + row_height / 2 + 4,
			       BENCH_RIGHT, 11, colour,
			       peer->kind == BENCH_HARNESS ?
				"(empty function)" : peer->name);
		plot_bar(out, &x, at + 2, colour, 0.95,
			 median(run, peer, LATENCY_LEN, 1));
		plot_bar(out, &x, at + 11, colour, 0.45,
			 median(run, peer, LATENCY_LEN_2, 1));
		at += row_height;
	}
}

/* ---- Scaling by threads ------------------------------------------------- */

static void plot_scaling(FILE *out, const struct bench_run *run, double left,
			 double right, double top, double bottom)
{
	static struct bench_series series[BENCH_MAX_PEERS];
	const struct bench_list *threads = &run->options->threads;
	struct bench_axis x = { 0 }, y = { 0 };
	size_t w, t, n = 0;
	char text[64];

	for (w = 0; w < run->nworkers; w++) {
		const struct bench_peer *peer = run->workers[w].peer;

		if (peer->kind != BENCH_OURS && peer->kind != BENCH_OTHER)
			continue;
		begin_series(&series[n], peer);
		for (t = 0; t < threads->n; t++) {
			double ns = median(run, peer, LATENCY_LEN,
					   (unsigned int)threads->values[t]);

			if (ns <= 0)
				continue;
			add_point(&series[n], (double)threads->values[t],
				  1e3 / ns);
			bench_axis_include(&x, (double)threads->values[t]);
			bench_axis_include(&y, 1e3 / ns);
		}
		n++;
	}
	bench_svg_title(out, left - 45, top - 18,
			"Million calls of 16 bytes a second, by threads");
	bench_axis_round(&y);
	if (x.to <= x.from)
		x.to = x.from > 0 ? 2 * x.from : (x.from = 1) + 1;
	x.begin = left + 10, x.end = right - 10;
	y.begin = bottom, y.end = top;
	bench_svg_decades(out, &y, left, right, "");
	for (t = 0; t < threads->n; t++) {
		double at = bench_axis_at(&x, (double)threads->values[t]);

		if (!bench_run_group(run, BENCH_CALL, LATENCY_LEN,
				     (unsigned int)threads->values[t]))
			continue;
		bench_svg_line(out, at, top, at, bottom, NULL);
		snprintf(text, sizeof(text), "%lu", threads->values[t]);
		bench_svg_text(out, at, bottom + 17, BENCH_MIDDLE, 11, NULL,
			       text);
	}
	snprintf(text, sizeof(text), "threads, on %u CPUs", bench_ncpus());
	bench_svg_text(out, (left + right) / 2, bottom + 35, BENCH_MIDDLE, 11,
		       NULL, text);
	bench_series_merge(series, n);
	bench_svg_series(out, series, n, &x, &y, right + 22);
}

void bench_plot(FILE *out, const struct bench_run *run)
{
	const struct bench_machine *machine = &run->machine;
	struct bench_noise noise;
	char text[640];

	bench_svg_begin(out, WIDTH, HEIGHT);
	bench_svg_title(out, 20, 28, "vgetrandom bench");
	snprintf(text, sizeof(text), "%s, %u CPUs, %s, %s, %.10s; medians of "
		 "%u interleaved rounds", machine->cpu, machine->ncpus,
		 machine->kernel, machine->libc, machine->date,
		 run->options->rounds);
	bench_svg_text(out, 20, 47, BENCH_LEFT, 11, NULL, text);
	bench_noise_of(&noise, run);
	bench_noise_say(&noise, text, sizeof(text));
	bench_svg_text(out, 20, 63, BENCH_LEFT, 11,
		       noise.verdict == BENCH_QUIET ? NULL : "#c62f3a", text);

	plot_throughput(out, run, 65, 900, 110, 540);
	plot_latency(out, run, 150, 570, 640, 1070);
	plot_scaling(out, run, 680, 900, 640, 1040);
	bench_svg_end(out);
}
