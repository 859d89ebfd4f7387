/* SPDX-License-Identifier: MIT */
/*
 * Claim: a thread may draw through the drop-in in its last destructor, in every
 * round of destructors that POSIX allows, and the program in its last atexit
 * handler; no bytes are given twice, and such threads leave no memory behind.
 *
 * To see it fail: have vgr_thread_exit not give its slot back; or return an
 * error where the slot is gone.
 */
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>

#include "check-preload.h"

#define NTHREADS	2000
#define NTOGETHER	8
#define NDRAWS		(1 + 3 * PTHREAD_DESTRUCTOR_ITERATIONS)

static pthread_key_t keys[3];		/* made after the drop-in's own */
static uint8_t drawn[NTHREADS][NDRAWS][16];
static __thread int ndrawn;
static __thread int index_of_thread;

static void draw(void)
{
	if (ndrawn < NDRAWS)
		check_eq(getrandom(drawn[index_of_thread][ndrawn++], 16, 0),
			 16);
}

/* Sets its key again: called in each round, until the last. */
static void destroy(void *key)
{
	draw();
	check_eq(pthread_setspecific(*(pthread_key_t *)key, key), 0);
}

static void *thread(void *index)
{
	size_t i;

	index_of_thread = (int)(intptr_t)index;
	draw();
	for (i = 0; i < 3; i++)
		check_eq(pthread_setspecific(keys[i], &keys[i]), 0);
	return NULL;
}

static void at_exit(void)
{
	uint8_t bytes[16] = { 0 };

	check_eq(getrandom(bytes, 16, 0), 16);
	check_eq(getentropy(bytes, 16), 0);
	check(check_longest_zero_run(bytes, 16) < 8);
}

__attribute__((destructor))
static void destruct(void)
{
	if (check_preloaded())
		at_exit();
}

/* KiB of this process that are resident. */
static long resident(void)
{
	FILE *file = fopen("/proc/self/status", "re");
	char line[200];
	long len = -1;

	if (!file)
		hard_error("no /proc");
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "VmRSS: %ld", &len) == 1)
			break;
	fclose(file);
	return len;
}

static void run_threads(int first, int n)
{
	pthread_t ids[NTOGETHER];
	int i, j;

	for (i = first; i < first + n; i += NTOGETHER) {
		for (j = 0; j < NTOGETHER; j++)
			check_eq(pthread_create(&ids[j], NULL, thread,
						(void *)(intptr_t)(i + j)), 0);
		for (j = 0; j < NTOGETHER; j++)
			check_eq(pthread_join(ids[j], NULL), 0);
	}
}

int main(int argc, char **argv)
{
	long before;
	size_t i;

	(void)argc;
	check_preload(argv);
	atexit(at_exit);
	for (i = 0; i < 3; i++)
		check_eq(pthread_key_create(&keys[i], destroy), 0);

	memset(drawn, 0, sizeof(drawn));	/* resident from the start */
	run_threads(0, NTHREADS / 10);
	before = resident();
	run_threads(NTHREADS / 10, NTHREADS - NTHREADS / 10);
	printf("%ld KiB more after %d threads\n", resident() - before,
	       NTHREADS - NTHREADS / 10);
#ifndef CHECK_ASAN		/* it keeps freed memory for a while */
	/* An emulator, which hides the vDSO, has memory of its own a thread. */
	if (getauxval(AT_SYSINFO_EHDR))
		check(resident() - before < 512);
#endif

	for (i = 0; i < NTHREADS; i++)
		check_unique_windows(drawn[i], sizeof(drawn[i]));
	return 0;
}
