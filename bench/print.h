/* SPDX-License-Identifier: MIT */
/*
 * print.h - a run as text, in the four formats of --benchmark_format.
 */
#ifndef BENCH_PRINT_H
#define BENCH_PRINT_H

#include <stdio.h>

#include "run.h"

/* Console: a head, a row for each benchmark as its group ends, a last word. */
void bench_console_begin(const struct bench_run *run);
void bench_console_group(const struct bench_run *run,
			 const struct bench_group *group);
void bench_console_end(const struct bench_run *run);

/* The others: the whole run at its end. */
void bench_print_json(FILE *out, const struct bench_run *run);
void bench_print_csv(FILE *out, const struct bench_run *run);
void bench_print_markdown(FILE *out, const struct bench_run *run);

/* 5.81, 367, 10.5 k, 2.62 M: three digits, in at most 7 characters. */
void bench_print_short(char *text, size_t len, double value);
/* 16, 4K, 1M */
void bench_print_size(char *text, size_t len, size_t bytes);

/* Bytes a second of all threads together; 0 where it makes no sense. */
double bench_bytes_per_second(const struct bench_group *group, double real_ns);

#endif
