/* SPDX-License-Identifier: MIT */
/*
 * svg.c - see svg.h.
 */
#include "svg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define INK	"#222222"
#define PALE	"#e3e3e3"
#define LABEL_GAP 14.0		/* pixels from one label's line to the next */

/* ---- Axes --------------------------------------------------------------- */

double bench_axis_at(const struct bench_axis *axis, double value)
{
	double share = log(value / axis->from) / log(axis->to / axis->from);

	return axis->begin + share * (axis->end - axis->begin);
}

void bench_axis_include(struct bench_axis *axis, double value)
{
	if (value <= 0)
		return;
	if (axis->from <= 0 || value < axis->from)
		axis->from = value;
	if (value > axis->to)
		axis->to = value;
}

void bench_axis_round(struct bench_axis *axis)
{
	if (axis->from <= 0)
		axis->from = axis->to = 1;
	axis->from = pow(10, floor(log10(axis->from)));
	axis->to = pow(10, ceil(log10(axis->to)));
	if (axis->to <= axis->from)
		axis->to = 10 * axis->from;
}

/* ---- Shapes ------------------------------------------------------------- */

void bench_svg_begin(FILE *out, int width, int height)
{
	fprintf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
		"height=\"%d\" viewBox=\"0 0 %d %d\" "
		"font-family=\"DejaVu Sans, Verdana, sans-serif\">\n"
		"<rect width=\"%d\" height=\"%d\" fill=\"white\"/>\n",
		width, height, width, height, width, height);
}

void bench_svg_end(FILE *out)
{
	fprintf(out, "</svg>\n");
}

static void print_escaped(FILE *out, const char *text)
{
	for (; *text; text++)
		switch (*text) {
		case '<':
			fputs("&lt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		default:
			putc(*text, out);
		}
}

static void print_text(FILE *out, double x, double y, const char *style,
		       const char *text)
{
	fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" %s>", x, y, style);
	print_escaped(out, text);
	fprintf(out, "</text>\n");
}

void bench_svg_text(FILE *out, double x, double y, enum bench_anchor anchor,
		    int size, const char *colour, const char *text)
{
	static const char *const anchors[] = {
		[BENCH_LEFT] = "start", [BENCH_MIDDLE] = "middle",
		[BENCH_RIGHT] = "end",
	};
	char style[120];

	snprintf(style, sizeof(style),
		 "text-anchor=\"%s\" font-size=\"%d\" fill=\"%s\"",
		 anchors[anchor], size, colour ? colour : INK);
	print_text(out, x, y, style, text);
}

void bench_svg_title(FILE *out, double x, double y, const char *text)
{
	print_text(out, x, y, "font-size=\"15\" font-weight=\"bold\" fill=\""
		   INK "\"", text);
}

void bench_svg_line(FILE *out, double x1, double y1, double x2, double y2,
		    const char *colour)
{
	fprintf(out, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" "
		"stroke=\"%s\"/>\n", x1, y1, x2, y2, colour ? colour : PALE);
}

void bench_svg_bar(FILE *out, double x, double y, double width, double height,
		   const char *colour, double opacity)
{
	fprintf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
		"height=\"%.1f\" fill=\"%s\" fill-opacity=\"%.2f\"/>\n",
		x, y, width > 0 ? width : 0, height, colour, opacity);
}

/* A tick of a y axis, with its line across. */
static void print_tick(FILE *out, const struct bench_axis *axis, double value,
		       double from_x, double to_x, const char *unit)
{
	double y = bench_axis_at(axis, value);
	char text[40];

	bench_svg_line(out, from_x, y, to_x, y, NULL);
	snprintf(text, sizeof(text), "%g%s", value, unit);
	bench_svg_text(out, from_x - 6, y + 4, BENCH_RIGHT, 11, NULL, text);
}

void bench_svg_decades(FILE *out, const struct bench_axis *axis, double from_x,
		       double to_x, const char *unit)
{
	int few = log10(axis->to / axis->from) < 3.5;
	double decade;

	for (decade = axis->from; decade < axis->to * 1.001; decade *= 10) {
		print_tick(out, axis, decade, from_x, to_x, unit);
		if (few && decade * 2 < axis->to)
			print_tick(out, axis, decade * 2, from_x, to_x, unit);
		if (few && decade * 5 < axis->to)
			print_tick(out, axis, decade * 5, from_x, to_x, unit);
	}
}

/* ---- Lines -------------------------------------------------------------- */

/* Two lines look like one if they are closer than this everywhere. */
#define SAME 1.1

/* What there is room for beside a plot. */
#define LABEL_LEN 50

static int lie_together(const struct bench_series *a,
			const struct bench_series *b)
{
	size_t i;

	if (a->n != b->n)
		return 0;
	for (i = 0; i < a->n; i++)
		if (a->x[i] != b->x[i] || a->y[i] > b->y[i] * SAME ||
		    b->y[i] > a->y[i] * SAME)
			return 0;
	return 1;
}

void bench_series_merge(struct bench_series *series, size_t n)
{
	size_t i, j, used;

	for (i = 0; i < n; i++) {
		series[i].is_drawn = series[i].n > 0;
		for (j = 0; j < i && series[i].is_drawn; j++) {
			used = strlen(series[j].label);
			if (!series[j].is_drawn ||
			    used + 2 + strlen(series[i].label) > LABEL_LEN ||
			    !lie_together(&series[i], &series[j]))
				continue;
			snprintf(series[j].label + used,
				 sizeof(series[j].label) - used, ", %s",
				 series[i].label);
			series[i].is_drawn = 0;
		}
	}
}

static double end_of(const struct bench_series *series,
		     const struct bench_axis *y_axis)
{
	return bench_axis_at(y_axis, series->y[series->n - 1]);
}

static int by_label(const void *a, const void *b)
{
	double x = (*(struct bench_series *const *)a)->label_at;
	double y = (*(struct bench_series *const *)b)->label_at;

	return (x > y) - (x < y);
}

/* From the top down each label keeps its distance; too low, all move up. */
static void spread_labels(struct bench_series *series, size_t n,
			  const struct bench_axis *y_axis)
{
	struct bench_series *drawn[64];
	double floor_at = y_axis->begin;
	size_t ndrawn = 0, i;

	for (i = 0; i < n && ndrawn < 64; i++)
		if (series[i].is_drawn) {
			series[i].label_at = end_of(&series[i], y_axis);
			drawn[ndrawn++] = &series[i];
		}
	qsort(drawn, ndrawn, sizeof(*drawn), by_label);
	for (i = 1; i < ndrawn; i++)
		if (drawn[i]->label_at < drawn[i - 1]->label_at + LABEL_GAP)
			drawn[i]->label_at = drawn[i - 1]->label_at + LABEL_GAP;
	for (i = ndrawn; i-- > 0; floor_at = drawn[i]->label_at - LABEL_GAP)
		if (drawn[i]->label_at > floor_at)
			drawn[i]->label_at = floor_at;
}

static void print_series(FILE *out, const struct bench_series *series,
			 const struct bench_axis *x_axis,
			 const struct bench_axis *y_axis, double label_x)
{
	double x = 0, y = 0;
	size_t i;

	fprintf(out, "<polyline fill=\"none\" stroke=\"%s\" "
		"stroke-width=\"%.1f\" stroke-linejoin=\"round\" points=\"",
		series->colour, series->width);
	for (i = 0; i < series->n; i++)
		fprintf(out, "%.1f,%.1f ", bench_axis_at(x_axis, series->x[i]),
			bench_axis_at(y_axis, series->y[i]));
	fprintf(out, "\"/>\n");
	for (i = 0; i < series->n; i++) {
		x = bench_axis_at(x_axis, series->x[i]);
		y = bench_axis_at(y_axis, series->y[i]);
		fprintf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" "
			"fill=\"%s\"/>\n", x, y, 1 + series->width / 1.6,
			series->colour);
	}
	fprintf(out, "<polyline fill=\"none\" stroke=\"%s\" "
		"stroke-width=\"0.7\" points=\"%.1f,%.1f %.1f,%.1f\"/>\n",
		series->colour, x + 5, y, label_x - 3, series->label_at);
	bench_svg_text(out, label_x, series->label_at + 4, BENCH_LEFT, 12,
		       series->colour, series->label);
}

void bench_svg_series(FILE *out, struct bench_series *series, size_t n,
		      const struct bench_axis *x_axis,
		      const struct bench_axis *y_axis, double label_x)
{
	size_t i;

	spread_labels(series, n, y_axis);
	/* Backwards: the first is the one to see, and lies on top. */
	for (i = n; i-- > 0;)
		if (series[i].is_drawn)
			print_series(out, &series[i], x_axis, y_axis, label_x);
}
