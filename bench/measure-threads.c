/* SPDX-License-Identifier: MIT */
/*
 * measure-threads.c - many threads that draw together, many that are alive,
 * and one after another that is made, draws and ends.
 */
#include "measure.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Drawing together --------------------------------------------------- */

struct drawer {
	pthread_t thread;
	pthread_barrier_t *start;
	const struct bench_peer *peer;
	const struct bench_order *order;
	unsigned int number;
	void *buf;
	double begin, end, cpu;
	unsigned long nfailed;
};

static void *draw_together(void *arg)
{
	struct drawer *me = arg;
	size_t len = me->order->len;
	unsigned long calls = me->order->calls;
	double cpu;

	bench_pin(me->number);
	me->nfailed = me->peer->repeat(me->buf, len, 1 + calls / 16);
	pthread_barrier_wait(me->start);

	cpu = bench_cpu_ns();
	me->begin = bench_now_ns();
	me->nfailed += me->peer->repeat(me->buf, len, calls);
	me->end = bench_now_ns();
	me->cpu = bench_cpu_ns() - cpu;
	return NULL;
}

/* From the first thread's first call to the last one's last. */
static void sum_up(const struct drawer *drawers,
		   const struct bench_order *order,
		   struct bench_sample *sample)
{
	double begin = drawers[0].begin, end = drawers[0].end, cpu = 0;
	unsigned int i;

	sample->calls = order->n * order->calls;
	for (i = 0; i < order->n; i++) {
		begin = drawers[i].begin < begin ? drawers[i].begin : begin;
		end = drawers[i].end > end ? drawers[i].end : end;
		cpu += drawers[i].cpu;
		if (drawers[i].nfailed)
			bench_fail(sample, "a request was refused", 0);
	}
	sample->real_ns = (end - begin) / (double)sample->calls;
	sample->cpu_ns = cpu / (double)sample->calls;
}

void bench_measure_threads(const struct bench_peer *peer,
			   const struct bench_order *order,
			   struct bench_sample *sample)
{
	static struct drawer drawers[BENCH_MAX_THREADS];
	pthread_barrier_t start;
	unsigned int i;
	int error;

	pthread_barrier_init(&start, NULL, order->n);
	for (i = 0; i < order->n; i++) {
		drawers[i] = (struct drawer){
			.start = &start, .peer = peer, .order = order,
			.number = i, .buf = bench_buffer(i, order->len),
		};
		error = pthread_create(&drawers[i].thread, NULL,
				       draw_together, &drawers[i]);
		if (error) {	/* those before wait for ever: give up whole */
			fprintf(stderr, "pthread_create: %s\n",
				strerror(error));
			exit(1);
		}
	}
	for (i = 0; i < order->n; i++)
		pthread_join(drawers[i].thread, NULL);
	pthread_barrier_destroy(&start);
	sum_up(drawers, order, sample);
}

/* ---- Being alive -------------------------------------------------------- */

/* Room on each stack that is touched before memory is counted. */
#define STACK_LEN	((size_t)128 << 10)
#define TOUCHED_LEN	((size_t)16 << 10)

/* A peer that is slow with many threads need not hear all of them. */
#define PATIENCE_NS	3e9

struct dweller {
	pthread_t thread;
	sem_t go;
	double first_ns, second_ns;
	unsigned long nfailed;
};

static sem_t done;
static int is_over;		/* nobody draws any more */
static const struct bench_peer *drawn_peer;
static size_t drawn_len;

static __attribute__((noinline)) void touch_stack(void)
{
	volatile char room[TOUCHED_LEN];
	size_t i;

	for (i = 0; i < sizeof(room); i += 512)
		room[i] = 1;
}

static double time_one_draw(void *buf, unsigned long *nfailed)
{
	double begin = bench_now_ns();

	*nfailed += drawn_peer->repeat(buf, drawn_len, 1);
	return bench_now_ns() - begin;
}

static void *dwell(void *arg)
{
	unsigned char buf[256];
	struct dweller *me = arg;

	touch_stack();
	sem_post(&done);
	sem_wait(&me->go);		/* everybody is here: my turn to draw */
	if (__atomic_load_n(&is_over, __ATOMIC_ACQUIRE))
		return NULL;
	me->first_ns = time_one_draw(buf, &me->nfailed);
	me->second_ns = time_one_draw(buf, &me->nfailed);
	sem_post(&done);
	sem_wait(&me->go);		/* memory has been counted */
	return NULL;
}

/* Bytes in memory, of this process; 0 if the kernel does not say. */
static double resident_bytes(void)
{
	FILE *file = fopen("/proc/self/smaps_rollup", "re");
	unsigned long kib = 0;
	char line[128];

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "Rss: %lu kB", &kib) == 1)
			break;
	fclose(file);
	return (double)kib * 1024;
}

static unsigned int make_dwellers(struct dweller *dwellers, unsigned int n,
				  int *error)
{
	pthread_attr_t attr;
	unsigned int i;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_LEN);
	for (i = 0, *error = 0; i < n; i++) {
		sem_init(&dwellers[i].go, 0, 0);
		*error = pthread_create(&dwellers[i].thread, &attr, dwell,
					&dwellers[i]);
		if (*error)
			break;
		sem_wait(&done);
	}
	pthread_attr_destroy(&attr);
	return i;
}

static double median_of(const struct dweller *dwellers, unsigned int n,
			double *scratch, int second)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		scratch[i] = second ? dwellers[i].second_ns :
				      dwellers[i].first_ns;
	return bench_median(scratch, n);
}

/* One after the other, twice each; returns how many have drawn. */
static unsigned int let_draw(struct dweller *dwellers, unsigned int n)
{
	double begin = bench_now_ns();
	unsigned int i;

	for (i = 0; i < n && bench_now_ns() - begin < PATIENCE_NS; i++) {
		sem_post(&dwellers[i].go);
		sem_wait(&done);
	}
	return i;
}

static void dismiss(struct dweller *dwellers, unsigned int n)
{
	unsigned int i;

	__atomic_store_n(&is_over, 1, __ATOMIC_RELEASE);
	for (i = 0; i < n; i++)
		sem_post(&dwellers[i].go);
	for (i = 0; i < n; i++)
		pthread_join(dwellers[i].thread, NULL);
}

void bench_measure_alive(const struct bench_peer *peer,
			 const struct bench_order *order,
			 struct bench_sample *sample)
{
	struct dweller *dwellers = calloc(order->n, sizeof(*dwellers));
	double *scratch = calloc(order->n, sizeof(*scratch)), before;
	unsigned int nmade, ndrawn, i;
	unsigned long nfailed;
	int error;

	drawn_peer = peer;
	drawn_len = order->len;
	is_over = 0;
	/* The process's own first draw is another measure. */
	nfailed = peer->repeat(bench_buffer(0, order->len), order->len, 1);
	memset(scratch, 1, order->n * sizeof(*scratch));
	sem_init(&done, 0, 0);
	nmade = make_dwellers(dwellers, order->n, &error);
	before = resident_bytes();
	ndrawn = let_draw(dwellers, nmade);
	for (i = 0; i < ndrawn; i++)
		nfailed += dwellers[i].nfailed;
	sample->extra[1] = (resident_bytes() - before) / ndrawn;
	dismiss(dwellers, nmade);

	if (error || nfailed) {
		bench_fail(sample, error ? "pthread_create" :
				   "a request was refused", error);
	} else {
		sample->real_ns = median_of(dwellers, ndrawn, scratch, 0);
		sample->cpu_ns = sample->real_ns;
		sample->extra[0] = median_of(dwellers, ndrawn, scratch, 1);
		sample->calls = ndrawn;
	}
	free(scratch);
	free(dwellers);
}

/* ---- Coming and going --------------------------------------------------- */

static void *draw_once(void *arg)
{
	unsigned char buf[256];

	*(unsigned long *)arg += drawn_peer->repeat(buf, drawn_len, 1);
	return NULL;
}

void bench_measure_churn(const struct bench_peer *peer,
			 const struct bench_order *order,
			 struct bench_sample *sample)
{
	double cpu = bench_cpu_ns(), begin = bench_now_ns();
	unsigned long nfailed = 0, i;
	pthread_t thread;
	int error = 0;

	drawn_peer = peer;
	drawn_len = order->len;
	for (i = 0; i < order->calls && !error; i++) {
		error = pthread_create(&thread, NULL, draw_once, &nfailed);
		if (!error)
			pthread_join(thread, NULL);
	}
	sample->real_ns = (bench_now_ns() - begin) / (double)order->calls;
	sample->cpu_ns = (bench_cpu_ns() - cpu) / (double)order->calls;
	sample->calls = order->calls;
	if (error || nfailed)
		bench_fail(sample, error ? "pthread_create" :
				   "a request was refused", error);
}
