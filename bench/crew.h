/* SPDX-License-Identifier: MIT */
/*
 * crew.h - worker processes, one for each peer, that take turns.
 *
 * Why processes: a core is chosen once, when the library starts; memory and
 * first calls can only be counted in a process that holds nothing else; and a
 * peer that crashes or hangs takes only its own numbers with it.
 */
#ifndef BENCH_CREW_H
#define BENCH_CREW_H

#include <sys/types.h>

#include "measure.h"
#include "options.h"

struct bench_worker {
	const struct bench_peer *peer;
	pid_t pid;		/* 0: not running */
	int fd;
	bool is_absent;
	char note[BENCH_NOTE_LEN];	/* what it is, or why it is absent */
};

/*
 * Starts the worker and hears whether its peer can be used.  Returns 0, or -1:
 * absent, and the note says why.
 */
int bench_worker_start(struct bench_worker *worker,
		       const struct bench_options *options);
void bench_worker_stop(struct bench_worker *worker);

/* One turn, everybody else asleep.  A worker that is not running is started. */
void bench_worker_turn(struct bench_worker *worker,
		       const struct bench_options *options,
		       const struct bench_order *order,
		       struct bench_sample *sample);

/* The other end: serves orders until the socket closes.  Never returns. */
_Noreturn void bench_worker_serve(const struct bench_options *options);

#endif
