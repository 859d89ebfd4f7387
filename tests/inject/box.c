/* SPDX-License-Identifier: MIT */
/*
 * box.c - so much time for so many cells; see box.h.
 */
#include "box.h"

#include <time.h>

static double box_ends, cell_ends;
static unsigned long ncells_left;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

void box_begin(unsigned int seconds, unsigned long ncells)
{
	box_ends = now() + seconds;
	ncells_left = ncells;
}

void box_next(void)
{
	double left = box_ends - now();

	cell_ends = now();
	if (left > 0 && ncells_left)
		cell_ends += left / (double)ncells_left;
	ncells_left -= ncells_left > 1;
}

bool box_is_over(void)
{
	return now() > cell_ends;
}
