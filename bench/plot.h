/* SPDX-License-Identifier: MIT */
/*
 * plot.h - a run as one picture.
 */
#ifndef BENCH_PLOT_H
#define BENCH_PLOT_H

#include <stdio.h>

#include "run.h"

void bench_plot(FILE *out, const struct bench_run *run);

#endif
