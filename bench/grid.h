/* SPDX-License-Identifier: MIT */
/*
 * grid.h - a table that is good to read as text and as Markdown.
 */
#ifndef BENCH_GRID_H
#define BENCH_GRID_H

#include <stdio.h>

#define BENCH_GRID_ROWS		48
#define BENCH_GRID_COLUMNS	34
#define BENCH_GRID_CELL		160

struct bench_grid {
	char cells[BENCH_GRID_ROWS][BENCH_GRID_COLUMNS][BENCH_GRID_CELL];
	size_t nrows, ncolumns;		/* row 0 is the head */
};

/* Empty, but for the head: a list that ends with NULL. */
void bench_grid_begin(struct bench_grid *grid, const char *const *head);
void bench_grid_set(struct bench_grid *grid, size_t row, size_t column,
		    const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* All columns but the first nleft are aligned to the right. */
void bench_grid_print(FILE *out, const struct bench_grid *grid, size_t nleft);

#endif
