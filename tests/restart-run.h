/* SPDX-License-Identifier: MIT */
/*
 * restart-run.h - one call, stopped by a signal at one of its instructions;
 * what the handler does there; and whether anybody got a byte he may not have.
 */
#ifndef RESTART_RUN_H
#define RESTART_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check-stop.h"

struct stop;
struct stop_path;

/* A call, and the state that it meets. */
struct shape {
	const char *name;
	enum { BYTES, U64, U32 } kind;
	size_t len;
	uint32_t position;	/* in the batch; 928: it is used up */
	uint32_t run;		/* number of the run that made it: even */
	bool is_stale;
};

extern const struct shape restart_shapes[];	/* name NULL: the end */

/* What a handler does. */
struct action {
	const char *name;
	void (*happen)(void);
	bool makes_stale;	/* the call may give no byte of before */
	bool at_each_pass;	/* the call is stopped wherever it comes by */
	bool only_watched;	/* see restart-unwatched-goes-on.c */
};

extern const struct action restart_actions[];

/* Once, after the library's first request. */
void restart_init(void);

/* The calls of this process have sections that the kernel does not watch. */
void restart_run_unwatched(void);

/* Brings the calling thread's state into the shape. */
void restart_begin(const struct shape *shape);

/* Its instructions; NULL: the path is too long. */
const struct stop_path *restart_path(const struct shape *shape);

/* What became of a run. */
struct outcome {
	bool is_stopped, is_aborted;
	bool is_disturbed;	/* the kernel wanted new keys meanwhile */
	uint64_t nsystem_calls, nrestarts;
	int nstops;
};

/* Does it, and fails the test if anything is wrong. */
struct outcome restart_run(const struct shape *shape,
			   const struct action *action, const struct stop *stop);

#endif
