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

/* Whether such a call is made in a thread of its own. */
bool run_needs_thread(const struct subject *subject, const struct shape *shape);
void run_in_thread(void *(*body)(void *));

/* BAD_* bits. */
unsigned int run_once(const struct plan *plan);

#endif
