/* SPDX-License-Identifier: MIT */
/*
 * grid.c - see grid.h.
 */
#include "grid.h"

#include <stdarg.h>
#include <string.h>

void bench_grid_begin(struct bench_grid *grid, const char *const *head)
{
	memset(grid, 0, sizeof(*grid));
	for (; *head; head++)
		bench_grid_set(grid, 0, grid->ncolumns, "%s", *head);
}

void bench_grid_set(struct bench_grid *grid, size_t row, size_t column,
		    const char *format, ...)
{
	va_list args;

	if (row >= BENCH_GRID_ROWS || column >= BENCH_GRID_COLUMNS)
		return;
	va_start(args, format);
	vsnprintf(grid->cells[row][column], BENCH_GRID_CELL, format, args);
	va_end(args);
	if (row >= grid->nrows)
		grid->nrows = row + 1;
	if (column >= grid->ncolumns)
		grid->ncolumns = column + 1;
}

/* Columns of a terminal: UTF-8 bytes that continue a character take none. */
static int width_of(const char *text)
{
	int width = 0;

	for (; *text; text++)
		width += (*text & 0xc0) != 0x80;
	return width;
}

static void pad(FILE *out, int n, char with)
{
	while (n-- > 0)
		putc(with, out);
}

void bench_grid_print(FILE *out, const struct bench_grid *grid, size_t nleft)
{
	int widths[BENCH_GRID_COLUMNS] = { 0 }, gap;
	size_t row, column;

	for (row = 0; row < grid->nrows; row++)
		for (column = 0; column < grid->ncolumns; column++) {
			int width = width_of(grid->cells[row][column]);

			if (width > widths[column])
				widths[column] = width;
		}
	for (row = 0; row < grid->nrows; row++) {
		for (column = 0; column < grid->ncolumns; column++) {
			const char *cell = grid->cells[row][column];

			gap = widths[column] - width_of(cell);
			fputs("| ", out);
			pad(out, column < nleft ? 0 : gap, ' ');
			fputs(cell, out);
			pad(out, column < nleft ? gap + 1 : 1, ' ');
		}
		fputs("|\n", out);
		for (column = 0; !row && column < grid->ncolumns; column++) {
			fputs("|", out);
			pad(out, widths[column] + 1, '-');
			fputs(column < nleft ? "-" : ":", out);
		}
		if (!row)
			fputs("|\n", out);
	}
	putc('\n', out);
}
