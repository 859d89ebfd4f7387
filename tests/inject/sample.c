/* SPDX-License-Identifier: MIT */
/*
 * sample.c - which of very many cases are tried; see sample.h.
 */
#include "sample.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

uint64_t sample_seed(uint64_t wished)
{
	uint64_t seed = wished;

	if (!seed)
		seed = (uint64_t)time(NULL) * 1000003 + (uint64_t)getpid();
	printf("--seed %llu\n", (unsigned long long)seed);
	return seed;
}

uint64_t sample_hash(uint64_t seed, uint64_t a, uint64_t b)
{
	uint64_t word = seed + a * 0x9e3779b97f4a7c15 + b * 0xbf58476d1ce4e5b9;

	word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9;
	word = (word ^ word >> 27) * 0x94d049bb133111eb;
	return word ^ word >> 31;
}

size_t sample_leap(uint64_t seed, size_t n, size_t len)
{
	static const size_t strides[] = { 1597, 28657, 514229 };	/* primes */
	size_t i = 0;

	while (i < 2 && len % strides[i] == 0)
		i++;
	return (sample_hash(seed, len, 0) % len + n * strides[i]) % len;
}
