/* SPDX-License-Identifier: MIT */
/*
 * bench/chacha20.c - cycles per byte and GB/s of every core at every length,
 * beside libsodium, OpenSSL and what the arithmetic alone would cost.
 *
 *   chacha20 [-r ROUNDS] [-o NAME] [-c] [-q]
 *     -r   rounds, 101 if not given; each round times every cell once
 *     -o   only this core (or "openssl", "libsodium", "limits")
 *     -c   chained: a core's key is the end of its last run, as in a refill;
 *          otherwise the processor overlaps runs that know nothing of each other
 *     -q   minima only
 *
 * A cycle is one step of a dependent-add loop, timed right before and after
 * each cell, so a changing clock rate does not show.  Peers are found with
 * dlopen; one that is not installed is left out.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "chacha20.h"
#include "impl.h"
#include "limits.h"

#define CELL_NS		60000.0
#define MAX_ROUNDS	1001
#define MAX_RUNNERS	16
#define MAX_BLOCKS	1024

static const size_t lengths[] = {
	1, 2, 3, 4, 5, 8, 15, 16, 17, 32, 64, 240, 1024
};
#define NLENGTHS (sizeof(lengths) / sizeof(lengths[0]))

static uint8_t out[64 * MAX_BLOCKS] __attribute__((aligned(4096)));
static const uint8_t zeros[sizeof(out)];
static const uint8_t key[32] = { 1, 2, 3 };

struct cell {
	double cycles_per_byte[MAX_ROUNDS];
	double ns_per_byte[MAX_ROUNDS];
	unsigned repeats;
};

struct runner {
	const char *name;
	vgr_chacha20_blocks_fn *blocks;
	size_t only_bytes;		/* a limit has one length of its own */
	struct cell cells[NLENGTHS];
};

static struct runner runners[MAX_RUNNERS];
static size_t nrunners;
static int chained;

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

static double chain_ns(unsigned long steps)
{
	double start = now_ns();

#if defined(__x86_64__)
	__asm__ volatile("1: dec %0\n\tjnz 1b" : "+r"(steps));
#elif defined(__aarch64__)
	__asm__ volatile("1: subs %0, %0, #1\n\tb.ne 1b"
			 : "+r"(steps) : : "cc");
#else
	while (steps--)
		__asm__ volatile("" : "+r"(steps));
#endif
	return now_ns() - start;
}

/*
 * Length of a cycle in ns: a step waits for the one before.  The best of a few,
 * for an interrupt here would make everything else look fast.
 */
static double cycle_ns(void)
{
	double best = chain_ns(8000);
	int i;

	for (i = 0; i < 3; i++) {
		double again = chain_ns(8000);

		if (again < best)
			best = again;
	}
	return best / 8000;
}

/* Peers */

static int (*sodium_stream)(unsigned char *, unsigned long long,
			    const unsigned char *, const unsigned char *);
static int (*evp_update)(void *, unsigned char *, int *,
			 const unsigned char *, int);
static void *evp_context;

static void blocks_libsodium(uint8_t *to, const void *with, uint64_t counter,
			     size_t nblocks)
{
	(void)counter;
	sodium_stream(to, 64 * nblocks, zeros, with);
}

static void blocks_openssl(uint8_t *to, const void *with, uint64_t counter,
			   size_t nblocks)
{
	int len;

	(void)with;
	(void)counter;
	evp_update(evp_context, to, &len, zeros, (int)(64 * nblocks));
}

/* dlsym for functions: ISO C has no cast from void * to them. */
static int find(void *library, const char *name, void *function)
{
	void *found = dlsym(library, name);

	memcpy(function, &found, sizeof(found));
	return found != NULL;
}

static int have_libsodium(void)
{
	void *library = dlopen("libsodium.so.23", RTLD_NOW);
	int (*init)(void);

	return library && find(library, "sodium_init", &init) && init() >= 0 &&
	       find(library, "crypto_stream_chacha20", &sodium_stream);
}

static int have_openssl(void)
{
	void *library = dlopen("libcrypto.so.3", RTLD_NOW);
	const void *(*cipher)(void);
	void *(*new)(void);
	int (*init)(void *, const void *, void *, const unsigned char *,
		    const unsigned char *);

	if (!library || !find(library, "EVP_chacha20", &cipher) ||
	    !find(library, "EVP_CIPHER_CTX_new", &new) ||
	    !find(library, "EVP_EncryptInit_ex", &init) ||
	    !find(library, "EVP_EncryptUpdate", &evp_update))
		return 0;

	evp_context = new();
	return evp_context && init(evp_context, cipher(), NULL, key, zeros) == 1;
}

/* Measuring */

static void add_runner(const char *only, const char *name,
		       vgr_chacha20_blocks_fn *blocks, size_t only_bytes)
{
	if (only && strcmp(only, name) && !(only_bytes && !strcmp(only, "limits")))
		return;
	if (nrunners == MAX_RUNNERS)
		return;
	runners[nrunners].name = name;
	runners[nrunners].blocks = blocks;
	runners[nrunners++].only_bytes = only_bytes;
}

static void find_runners(const char *only)
{
	const struct vgr_chacha20_impl *impl;
	const struct limit *limit;

	for (impl = vgr_chacha20_impls; impl->name; impl++) {
		if (impl->needs & ~vgr_cpu_features())
			printf("%s cannot run here\n", impl->name);
		else
			add_runner(only, impl->name, impl->blocks, 0);
	}
	if (have_libsodium())
		add_runner(only, "libsodium", blocks_libsodium, 0);
	if (have_openssl())
		add_runner(only, "openssl", blocks_openssl, 0);
	for (limit = limits; limit->name; limit++)
		if (!(limit->needs & ~vgr_cpu_features()))
			add_runner(only, limit->name, limit->blocks,
				   limit->bytes);
}

static size_t bytes_of(const struct runner *runner, size_t length)
{
	return runner->only_bytes ? runner->only_bytes : 64 * lengths[length];
}

static void repeat(const struct runner *runner, size_t bytes, unsigned repeats)
{
	const uint8_t *with = chained ? out + bytes - 32 : key;

	while (repeats--)
		runner->blocks(out, with, 0, bytes / 64);
}

static void time_cell(struct runner *runner, size_t length, int round)
{
	struct cell *cell = &runner->cells[length];
	size_t bytes = bytes_of(runner, length);
	double start, ns = 0, cycle = 1, after;
	int tries;

	if (!cell->repeats) {
		repeat(runner, bytes, 3);
		start = now_ns();
		repeat(runner, bytes, 10);
		cell->repeats = 1 + (unsigned)(10 * CELL_NS /
					       (now_ns() - start + 1));
	}

	/* Again, a few times, if the clock rate changed meanwhile. */
	repeat(runner, bytes, 1);
	for (tries = 0; tries < 5; tries++) {
		cycle = cycle_ns();
		start = now_ns();
		repeat(runner, bytes, cell->repeats);
		ns = (now_ns() - start) / cell->repeats / bytes;
		after = cycle_ns();
		if (after < 1.005 * cycle && cycle < 1.005 * after)
			break;
	}

	cell->ns_per_byte[round] = ns;
	cell->cycles_per_byte[round] = ns / cycle;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print_cell(struct runner *runner, size_t length, int rounds,
		       int minima_only)
{
	struct cell *cell = &runner->cells[length];
	size_t bytes = bytes_of(runner, length);

	qsort(cell->cycles_per_byte, rounds, sizeof(double), by_value);
	qsort(cell->ns_per_byte, rounds, sizeof(double), by_value);
	printf("%-14s %6zu %8.0f %8.3f", runner->name, bytes,
	       cell->cycles_per_byte[0] * bytes, cell->cycles_per_byte[0]);
	if (!minima_only)
		printf(" %8.3f", cell->cycles_per_byte[rounds / 2]);
	printf(" %8.2f", 1 / cell->ns_per_byte[0]);
	if (!minima_only)
		printf(" %8.2f", 1 / cell->ns_per_byte[rounds / 2]);
	printf("\n");
}

int main(int argc, char **argv)
{
	const char *only = NULL;
	int rounds = 101, minima_only = 0, round, option;
	size_t r, l;

	while ((option = getopt(argc, argv, "r:o:cq")) != -1) {
		if (option == 'r')
			rounds = atoi(optarg);
		else if (option == 'o')
			only = optarg;
		else if (option == 'c')
			chained = 1;
		else if (option == 'q')
			minima_only = 1;
		else
			return 2;
	}
	if (rounds < 1 || rounds > MAX_ROUNDS || optind != argc) {
		fprintf(stderr, "chacha20: rounds are 1 to %d\n", MAX_ROUNDS);
		return 2;
	}

	find_runners(only);
	for (round = 0; round < rounds; round++)
		for (r = 0; r < nrunners; r++)
			for (l = 0; l < NLENGTHS; l++)
				if (!runners[r].only_bytes || l == 0)
					time_cell(&runners[r], l, round);

	printf("clock now %.3f GHz, %d rounds\n", 1 / cycle_ns(), rounds);
	printf(minima_only ?
	       "%-14s %6s %8s %8s %8s\n" : "%-14s %6s %8s %8s %8s %8s %8s\n",
	       "core", "bytes", "cycles", "c/B min", minima_only ? "GB/s max" :
	       "median", "GB/s max", "median");
	for (r = 0; r < nrunners; r++)
		for (l = 0; l < NLENGTHS; l++)
			if (!runners[r].only_bytes || l == 0)
				print_cell(&runners[r], l, rounds, minima_only);
	return 0;
}
