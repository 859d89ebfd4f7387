/* SPDX-License-Identifier: MIT */
/*
 * svg.h - the few shapes a chart is made of, and lines with labels that do not
 * run into each other.
 */
#ifndef BENCH_SVG_H
#define BENCH_SVG_H

#include <stddef.h>
#include <stdio.h>

#define BENCH_MAX_POINTS 32

/* A logarithmic axis: from..to lies at pixels begin..end. */
struct bench_axis {
	double from, to, begin, end;
};

double bench_axis_at(const struct bench_axis *axis, double value);
/* Widens from..to so that it holds the value; both 0 at first. */
void bench_axis_include(struct bench_axis *axis, double value);
/* ... and to whole powers of ten. */
void bench_axis_round(struct bench_axis *axis);

enum bench_anchor { BENCH_LEFT, BENCH_MIDDLE, BENCH_RIGHT };

void bench_svg_begin(FILE *out, int width, int height);
void bench_svg_end(FILE *out);
void bench_svg_text(FILE *out, double x, double y, enum bench_anchor anchor,
		    int size, const char *colour, const char *text);
void bench_svg_title(FILE *out, double x, double y, const char *text);
void bench_svg_line(FILE *out, double x1, double y1, double x2, double y2,
		    const char *colour);
void bench_svg_bar(FILE *out, double x, double y, double width, double height,
		   const char *colour, double opacity);

struct bench_series {
	char label[200];
	const char *colour;
	double width;
	double x[BENCH_MAX_POINTS], y[BENCH_MAX_POINTS];
	size_t n;
	double label_at;	/* where spreading put the label */
	int is_drawn;		/* 0: lies on another, whose label names it */
};

/* Lines that lie on each other become one, with all their names. */
void bench_series_merge(struct bench_series *series, size_t n);

/* Lines, dots, and labels at label_x joined to their line's end. */
void bench_svg_series(FILE *out, struct bench_series *series, size_t n,
		      const struct bench_axis *x_axis,
		      const struct bench_axis *y_axis, double label_x);

/* A tick at each power of ten (or the steps 1-2-5 if there are few). */
void bench_svg_decades(FILE *out, const struct bench_axis *axis, double from_x,
		       double to_x, const char *unit);

#endif
