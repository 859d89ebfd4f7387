/* SPDX-License-Identifier: MIT */
/*
 * machine.h - facts about the machine a run was made on.
 */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include <stddef.h>

#define BENCH_MAX_CACHES 8

struct bench_cache {
	char type[16];
	int level, num_sharing;
	long len;
};

struct bench_machine {
	char cpu[128], kernel[160], libc[64], governor[32], date[40];
	unsigned int ncpus;
	struct bench_cache caches[BENCH_MAX_CACHES];
	int ncaches;
	double load[3];			/* when the run began */
	unsigned long long stolen, total;	/* ticks so far, then */
	unsigned long long stolen_at_end, total_at_end;
};

void bench_machine_look(struct bench_machine *machine);
void bench_machine_look_again(struct bench_machine *machine);	/* at the end */

size_t bench_machine_largest_cache(void);	/* bytes; 0 if not known */

/* Share of the CPUs' time that the hypervisor gave to others meanwhile. */
double bench_machine_stolen(const struct bench_machine *machine);

#endif
