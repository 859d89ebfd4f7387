/* SPDX-License-Identifier: MIT */
/*
 * measure.c - one order in, one sample out; the simplest measures.
 *
 * A batch of calls is timed as a whole, after a few untimed ones: the process
 * has just been given the processor, and its caches were somebody else's.
 */
#include "measure.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

const struct bench_family_facts bench_families[BENCH_NFAMILIES] = {
	[BENCH_CALL] = { "call", "Calls one after the other", { NULL } },
	[BENCH_FIRST] = { "first", "First draw of a process", { NULL } },
	[BENCH_ALIVE] = { "alive", "First draw of a thread, n threads alive",
			  { "second_ns", "bytes_per_thread" } },
	[BENCH_CHURN] = { "churn", "Create a thread, draw, exit, join",
			  { NULL } },
	[BENCH_FORK] = { "fork", "From fork() to the child's first bytes",
			 { "draw_ns", NULL } },
	[BENCH_COLD] = { "cold", "One call after other work", { NULL } },
	[BENCH_SQUEEZE] = { "squeeze",
			    "Calls while another process takes the pages out",
			    { "squeezes", "worst_ns" } },
};

static double seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

double bench_now_ns(void)
{
	return seconds(CLOCK_MONOTONIC);
}

double bench_cpu_ns(void)
{
	return seconds(CLOCK_THREAD_CPUTIME_ID);
}

void *bench_buffer(unsigned int thread, size_t len)
{
	static void *buffers[BENCH_MAX_THREADS];
	static size_t lens[BENCH_MAX_THREADS];

	if (lens[thread] < len) {
		if (buffers[thread])
			munmap(buffers[thread], lens[thread]);
		buffers[thread] = mmap(NULL, len, PROT_READ | PROT_WRITE,
				       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (buffers[thread] == MAP_FAILED) {
			perror("mmap");
			exit(1);
		}
		lens[thread] = len;
		memset(buffers[thread], 1, len);
	}
	return buffers[thread];
}

/* ---- Processors --------------------------------------------------------- */

static cpu_set_t *allowed(void)
{
	static cpu_set_t set;

	if (!CPU_COUNT(&set))
		sched_getaffinity(0, sizeof(set), &set);
	return &set;
}

unsigned int bench_ncpus(void)
{
	return (unsigned int)CPU_COUNT(allowed());
}

void bench_pin(unsigned int i)
{
	cpu_set_t one, *all = allowed();
	unsigned int left = i % bench_ncpus();
	int cpu;

	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, all) && left-- == 0)
			break;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

/* ---- Numbers ------------------------------------------------------------ */

void bench_fail(struct bench_sample *sample, const char *what, int error)
{
	snprintf(sample->error, sizeof(sample->error), "%s%s%s", what,
		 error ? ": " : "", error ? strerror(error) : "");
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double bench_median(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), by_value);
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

/* ---- Measures ----------------------------------------------------------- */

static void time_batch(bench_repeat_fn *repeat, void *buf, size_t len,
		       unsigned long calls, struct bench_sample *sample)
{
	unsigned long nfailed = repeat(buf, len, 1 + calls / 16);
	double cpu = bench_cpu_ns(), begin = bench_now_ns();

	nfailed += repeat(buf, len, calls);
	sample->real_ns = (bench_now_ns() - begin) / (double)calls;
	sample->cpu_ns = (bench_cpu_ns() - cpu) / (double)calls;
	sample->calls = calls;
	if (nfailed)
		bench_fail(sample, "a request was refused", 0);
}

static void measure_call(const struct bench_peer *peer,
			 const struct bench_order *order,
			 struct bench_sample *sample)
{
	void *buf = bench_buffer(0, order->len);

	if (order->n > 1)
		bench_measure_threads(peer, order, sample);
	else
		time_batch(peer->repeat, buf, order->len, order->calls,
			   sample);
}

static void measure_first(const struct bench_peer *peer,
			  const struct bench_order *order,
			  struct bench_sample *sample)
{
	void *buf = bench_buffer(0, order->len);
	double begin;

	bench_now_ns();		/* the clock's first time is not the peer's */
	begin = bench_now_ns();
	if (peer->repeat(buf, order->len, 1))
		bench_fail(sample, "a request was refused", 0);
	sample->real_ns = sample->cpu_ns = bench_now_ns() - begin;
	sample->calls = 1;
}

/*
 * How long one step takes that waits for the one before: a cycle, on every
 * processor we know.  Tells a changed clock rate from a changed program.
 */
static void measure_clock(const struct bench_peer *peer,
			  const struct bench_order *order,
			  struct bench_sample *sample)
{
	unsigned long x = 1, left = order->calls / 8;
	double begin = bench_now_ns();

	(void)peer;
#define STEP __asm__ volatile("" : "+r"(x)); x += left;
	while (left--) {
		STEP STEP STEP STEP STEP STEP STEP STEP
	}
#undef STEP
	__asm__ volatile("" : : "r"(x));
	sample->real_ns = sample->cpu_ns =
		(bench_now_ns() - begin) / (double)(order->calls / 8 * 8);
	sample->calls = order->calls;
}

/* A peer that gives no bytes, or the same twice, must not get a number. */
static void measure_check(const struct bench_peer *peer,
			  const struct bench_order *order,
			  struct bench_sample *sample)
{
	unsigned char one[32] = { 0 }, two[32] = { 0 }, zeros[32] = { 0 };

	(void)order;
	if (peer->repeat(one, sizeof(one), 1) ||
	    peer->repeat(two, sizeof(two), 1))
		bench_fail(sample, "a request was refused", 0);
	else if (peer->kind != BENCH_HARNESS &&
		 (!memcmp(one, two, sizeof(one)) ||
		  !memcmp(one, zeros, sizeof(one)) ||
		  !memcmp(two, zeros, sizeof(two))))
		bench_fail(sample, "its bytes are not random", 0);
	sample->calls = 2;
}

static bench_measure_fn *const measures[BENCH_NORDERS] = {
	[BENCH_CALL] = measure_call,
	[BENCH_FIRST] = measure_first,
	[BENCH_ALIVE] = bench_measure_alive,
	[BENCH_CHURN] = bench_measure_churn,
	[BENCH_FORK] = bench_measure_fork,
	[BENCH_COLD] = bench_measure_cold,
	[BENCH_SQUEEZE] = bench_measure_squeeze,
	[BENCH_CLOCK] = measure_clock,
	[BENCH_CHECK] = measure_check,
};

/*
 * How many calls fill the time: what the next turns will be told to make.  Goes
 * by CPU time, since being interrupted once must not make a batch short; but a
 * peer whose threads wait for each other all the time has little of that.
 */
static void calibrate(const struct bench_peer *peer,
		      const struct bench_order *order,
		      struct bench_sample *sample)
{
	unsigned int nrunning = order->n < bench_ncpus() ? order->n :
							   bench_ncpus();
	struct bench_order try = *order;
	double calls, busy, factor;

	try.calls = 1;
	for (;;) {
		measures[order->family](peer, &try, sample);
		calls = (double)sample->calls;
		busy = sample->cpu_ns * calls / nrunning;
		if (sample->error[0] || busy >= order->min_ns ||
		    sample->real_ns * calls >= 20 * order->min_ns)
			break;
		factor = busy > 0 ? 1.1 * order->min_ns / busy : 100;
		factor = factor > 100 ? 100 : factor < 2 ? 2 : factor;
		try.calls = (unsigned long)((double)try.calls * factor);
	}
	sample->calls = try.calls;
}

void bench_measure(const struct bench_peer *peer,
		   const struct bench_order *order,
		   struct bench_sample *sample)
{
	memset(sample, 0, sizeof(*sample));
	if (order->family == BENCH_CALL && !order->calls)
		calibrate(peer, order, sample);
	else
		measures[order->family](peer, order, sample);
}
