/* SPDX-License-Identifier: MIT */
/*
 * run.h - one call with its faults, what follows it, and the verdict.
 */
#ifndef INJECT_RUN_H
#define INJECT_RUN_H

#include "faults.h"
#include "reach.h"

struct plan {
	const struct subject *subject;
	const struct shape *shape;
	const struct fault *first, *second;	/* second: NULL if there is none */
	size_t boundary;			/* of the first fault */
	size_t distance;			/* of the second from it */
	const struct path *path;
};

void run_init(void);

/* The path of the plan's call; false: the subject has no such shape. */
bool run_record(struct path *path, const struct subject *subject,
		const struct shape *shape);

/* BAD_* bits. */
unsigned int run_once(const struct plan *plan);

#endif
