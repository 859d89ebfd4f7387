/* SPDX-License-Identifier: MIT */
/*
 * bench.c - what a draw costs by the libc that runs this program: nanoseconds,
 * the best of many short rounds, since other work only ever adds.
 *
 *	bench [vdso | first]	as CSV: call,length,ns
 *
 * vdso: the kernel's own function with a state of ours, no libc between.
 * first: the first draw of the process, and of a thread (the best of many).
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define NROUNDS 400
#define NCALLS 200

static unsigned char buf[65536];

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

#define MEASURE(name, len, call) do {					\
	double best = 1e18;						\
	int ncalls = (len) > 4096 ? 4 : NCALLS;				\
									\
	for (int r = 0; r < NROUNDS; r++) {				\
		double began = now(), took;				\
									\
		for (int n = 0; n < ncalls; n++)			\
			(void)!(call);					\
		took = (now() - began) / ncalls;			\
		if (took < best)					\
			best = took;					\
	}								\
	printf("%s,%zu,%.1f\n", name, (size_t)(len), best);		\
	fflush(stdout);							\
} while (0)

static const size_t lens[] = { 4, 16, 32, 64, 256, 4096, 65536 };
#define NLENS (sizeof(lens) / sizeof(*lens))

static int measure_vdso(void)
{
	struct { uint32_t len, protection, flags, reserved[13]; } params;
	ssize_t (*vdso)(void *, size_t, unsigned int, void *, size_t);
	void *image = dlopen("linux-vdso.so.1", RTLD_NOW | RTLD_NOLOAD);
	void *state;

	*(void **)&vdso = image ? dlsym(image, "__vdso_getrandom") : NULL;
	if (image && !vdso)
		*(void **)&vdso = dlsym(image, "__kernel_getrandom");
	if (!vdso || vdso(NULL, 0, 0, &params, ~0ul)) {
		fprintf(stderr, "this kernel's vDSO has no getrandom\n");
		return 77;
	}
	state = mmap(NULL, 4096, (int)params.protection, (int)params.flags, -1, 0);
	if (state == MAP_FAILED)
		return 1;
	for (size_t i = 0; i < NLENS; i++)
		MEASURE("vdso", lens[i],
			vdso(buf, lens[i], 0, state, params.len));
	return 0;
}

static void *draw_first(void *best)
{
	double began = now(), took;

	(void)!getrandom(buf, 16, 0);
	took = now() - began;
	if (took < *(double *)best)
		*(double *)best = took;
	return NULL;
}

static int measure_first(void)
{
	double process = 1e18, thread = 1e18;
	pthread_t id;

	now();
	draw_first(&process);
	printf("first of the process,16,%.0f\n", process);
	for (int i = 0; i < NROUNDS; i++)
		if (pthread_create(&id, NULL, draw_first, &thread) ||
		    pthread_join(id, NULL))
			return 1;
	printf("first of a thread,16,%.0f\n", thread);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "first"))
		return measure_first();
	if (argc > 1 && !strcmp(argv[1], "vdso"))
		return measure_vdso();
	for (size_t i = 0; i < NLENS; i++)
		MEASURE("getrandom", lens[i], getrandom(buf, lens[i], 0));
	MEASURE("getentropy", 32, getentropy(buf, 32));
#ifdef HAVE_ARC4RANDOM
	MEASURE("arc4random", 4, arc4random());
	MEASURE("arc4random_uniform", 4, arc4random_uniform(1000));
	MEASURE("arc4random_buf", 32, (arc4random_buf(buf, 32), 1));
#endif
	return 0;
}
