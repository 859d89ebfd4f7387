/* SPDX-License-Identifier: MIT */
/*
 * measure.h - what can be measured, and how it is done in a worker process.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stddef.h>

#include "peers.h"

enum bench_family {
	BENCH_CALL,	/* calls one after the other, by 1 or more threads */
	BENCH_FIRST,	/* first draw of a process */
	BENCH_ALIVE,	/* first draw of a thread, n threads being alive */
	BENCH_CHURN,	/* a thread is made, draws, ends */
	BENCH_FORK,	/* from fork() to the child's first bytes */
	BENCH_COLD,	/* one call, caches and TLBs flushed by other work */
	BENCH_SQUEEZE,	/* calls while another process takes the pages out */
	BENCH_NFAMILIES,
	/* Not in a report by themselves: */
	BENCH_CLOCK = BENCH_NFAMILIES,	/* one step of a dependent-add loop */
	BENCH_CHECK,	/* two draws that must differ */
	BENCH_NORDERS
};

/* One turn of a worker. */
struct bench_order {
	enum bench_family family;
	size_t len;		/* bytes a draw, at most BENCH_MAX_LEN */
	unsigned int n;		/* threads that draw, or that are alive */
	unsigned long calls;	/* by each thread; 0: find out how many */
	double min_ns;		/* ... fill this time */
};

/* Its answer.  error is empty unless the turn gave no number. */
struct bench_sample {
	double real_ns;		/* wall time a call */
	double cpu_ns;		/* CPU time a call */
	unsigned long calls;	/* of all threads together */
	double extra[2];	/* see bench_families[] */
	char error[BENCH_NOTE_LEN];
};

struct bench_family_facts {
	const char *name;	/* first part of benchmark names */
	const char *title;
	const char *extra[2];	/* names of the extra numbers, or NULL */
};

extern const struct bench_family_facts bench_families[BENCH_NFAMILIES];

#define BENCH_MAX_LEN		((size_t)16 << 20)
#define BENCH_MAX_THREADS	1024u
#define BENCH_MAX_ALIVE		100000u

void bench_measure(const struct bench_peer *peer,
		   const struct bench_order *order,
		   struct bench_sample *sample);

/* For the measure-*.c files: */

double bench_now_ns(void);
double bench_cpu_ns(void);			/* of this thread */

/* Touched and page-aligned, the same for a thread number each time. */
void *bench_buffer(unsigned int thread, size_t len);

/* Pins the calling thread to the i-th (modulo) CPU of those it may use. */
void bench_pin(unsigned int i);
unsigned int bench_ncpus(void);			/* ... how many they are */

void bench_fail(struct bench_sample *sample, const char *what, int error);
double bench_median(double *values, size_t n);	/* sorts them */

typedef void bench_measure_fn(const struct bench_peer *peer,
			      const struct bench_order *order,
			      struct bench_sample *sample);

bench_measure_fn bench_measure_threads, bench_measure_alive,
		 bench_measure_churn, bench_measure_fork,
		 bench_measure_cold, bench_measure_squeeze;

#endif
