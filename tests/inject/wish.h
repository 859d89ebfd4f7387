/* SPDX-License-Identifier: MIT */
/*
 * wish.h - what of a sweep is wanted: its options, which sweep.c names.
 */
#ifndef INJECT_WISH_H
#define INJECT_WISH_H

#include <stdbool.h>
#include <stdint.h>

extern struct wish {
	bool full, pairs, two, bad_expected;
	unsigned int every, seconds;
	const char *subject, *shape, *fault, *road;
	uint64_t seed;			/* 0: any */
} wish;

void wish_read(int argc, char **argv);

#endif
