/* SPDX-License-Identifier: MIT */
/*
 * bench-rand-bytes.c - ns per RAND_bytes(16), OpenSSL's own generator beside
 * ours, in one process and in turns.
 *
 *	bench-rand-bytes [ROUNDS [THREADS...]]
 *
 * Each round times one and the other, the order changing from round to round,
 * so that what disturbs the machine disturbs both.  Printed are the median of
 * the rounds and the least: from the first thread's start to the last one's end,
 * divided by the calls of one thread.  "no generator" is the same loop with a
 * call that does nothing.
 */
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LEN		16
#define NCALLS		20000
#define MAX_ROUNDS	10000
#define MAX_THREADS	256

enum subject { NOTHING, THEIRS, OURS, NSUBJECTS };
static const char *const names[] = {
	"no generator", "CTR-DRBG, default", "VGETRANDOM, ours"
};

static OSSL_LIB_CTX *libs[NSUBJECTS];
static pthread_barrier_t start_line;

struct runner {
	pthread_t thread;
	OSSL_LIB_CTX *lib;
	double start_ns, end_ns;
};

static __attribute__((noinline)) int draw_nothing(unsigned char *bytes)
{
	__asm__ volatile("" : : "r"(bytes) : "memory");
	return 1;
}

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void *run(void *argument)
{
	struct runner *runner = argument;
	OSSL_LIB_CTX *lib = runner->lib;
	unsigned char bytes[LEN];
	int i, ok = 1;

	if (lib)		/* the thread's generator is made here */
		RAND_bytes_ex(lib, bytes, LEN, 0);
	pthread_barrier_wait(&start_line);
	runner->start_ns = now_ns();
	for (i = 0; i < NCALLS; i++)
		ok &= lib ? RAND_bytes_ex(lib, bytes, LEN, 0) :
			    draw_nothing(bytes);
	runner->end_ns = now_ns();
	if (!ok) {
		fprintf(stderr, "RAND_bytes_ex failed\n");
		exit(1);
	}
	return NULL;
}

static double time_once(enum subject subject, int nthreads)
{
	static struct runner runners[MAX_THREADS];
	double start, end;
	int i;

	pthread_barrier_init(&start_line, NULL, (unsigned int)nthreads);
	for (i = 0; i < nthreads; i++) {
		runners[i].lib = libs[subject];
		if (pthread_create(&runners[i].thread, NULL, run, &runners[i]))
			exit(1);
	}
	for (i = 0; i < nthreads; i++)
		pthread_join(runners[i].thread, NULL);
	pthread_barrier_destroy(&start_line);

	start = runners[0].start_ns;
	end = runners[0].end_ns;
	for (i = 1; i < nthreads; i++) {
		if (runners[i].start_ns < start)
			start = runners[i].start_ns;
		if (runners[i].end_ns > end)
			end = runners[i].end_ns;
	}
	return (end - start) / NCALLS;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void compare(int nthreads, int nrounds)
{
	static double ns[NSUBJECTS][MAX_ROUNDS];
	int round, i;

	for (round = 0; round < nrounds; round++)
		for (i = 0; i < NSUBJECTS; i++) {
			int subject = (round + i) % NSUBJECTS;

			ns[subject][round] =
				time_once((enum subject)subject, nthreads);
		}
	for (i = 0; i < NSUBJECTS; i++) {
		qsort(ns[i], (size_t)nrounds, sizeof(ns[i][0]), by_value);
		printf("%7d  %-18s  %9.1f  %9.1f\n", nthreads, names[i],
		       ns[i][nrounds / 2], ns[i][0]);
	}
}

static OSSL_LIB_CTX *new_lib(const char *generator, const char *folder)
{
	OSSL_LIB_CTX *lib = OSSL_LIB_CTX_new();

	if (!lib || !OSSL_PROVIDER_load(lib, "default"))
		exit(1);
	if (generator &&
	    (!OSSL_PROVIDER_set_default_search_path(lib, folder) ||
	     !OSSL_PROVIDER_load(lib, "vgetrandom") ||
	     !RAND_set_DRBG_type(lib, generator, NULL, NULL, NULL))) {
		fprintf(stderr, "no vgetrandom.so in %s\n", folder);
		exit(1);
	}
	return lib;
}

static int number(const char *word, int max)
{
	char *end;
	long value = strtol(word, &end, 10);

	if (*end || value < 1 || value > max) {
		fprintf(stderr, "bench-rand-bytes: %s: a number from 1 to %d expected\n",
			word, max);
		exit(2);
	}
	return (int)value;
}

int main(int argc, char **argv)
{
	const char *folder = getenv("OPENSSL_MODULES");
	int nrounds = argc > 1 ? number(argv[1], MAX_ROUNDS) : 101, i;

	libs[THEIRS] = new_lib(NULL, NULL);
	libs[OURS] = new_lib("VGETRANDOM", folder ? folder :
			     "integration/openssl/.libs");
	printf("%s, RAND_bytes_ex(%d bytes), %d rounds of %d calls\n",
	       OpenSSL_version(OPENSSL_VERSION), LEN, nrounds, NCALLS);
	printf("threads  %-18s  %9s  %9s\n", "generator", "median ns", "least ns");
	for (i = 2; i < argc; i++)
		compare(number(argv[i], MAX_THREADS), nrounds);
	if (argc <= 2)
		compare(1, nrounds);
	return 0;
}
