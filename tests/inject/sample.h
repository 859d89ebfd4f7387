/* SPDX-License-Identifier: MIT */
/*
 * sample.h - which of very many cases are tried: numbers that look random, and
 * are found again by the seed that was printed.
 */
#ifndef INJECT_SAMPLE_H
#define INJECT_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

/* 0: one from the time.  Prints "--seed N". */
uint64_t sample_seed(uint64_t wished);

/* A number for a and b. */
uint64_t sample_hash(uint64_t seed, uint64_t a, uint64_t b);

/*
 * 0 to len - 1 for n from 0 to len - 1, each once, in leaps: where time runs
 * out, all of it was looked at a little.
 */
size_t sample_leap(uint64_t seed, size_t n, size_t len);

#endif
