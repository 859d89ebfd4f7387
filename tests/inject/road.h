/* SPDX-License-Identifier: MIT */
/*
 * road.h - which of the library's two roads a tool's calls take.
 *
 *   --road door	calls turn others away (thread.h)
 *   --road section	restartable sequences, but where the kernel does not
 *			watch: a step would abort them
 *
 * On the second a signal finds what it finds in a child made by
 * clone(CLONE_VM): a call that it stopped in a section goes on afterwards, and a
 * handler's requests meanwhile are system calls.  Not to be had there:
 *
 *   busy and dead slots	nobody is ever inside
 *   swapexit		a call that goes on in another thread
 *   contexts		but for a handler that ends before what it has
 *			interrupted: two calls that take turns, by swapcontext
 *			out of handlers, do share bytes where nobody watches
 *   "slow" after a longjmp	out of a section, which then is never over
 *
 * What a watched thread does is asked by tests/restart-aborts-everywhere.
 */
#ifndef INJECT_ROAD_H
#define INJECT_ROAD_H

#include <stdbool.h>

#include "faults.h"

/* Before the first request: "door" or "section".  Says which. */
void road_choose(const char *name);

/* Whether that can be asked on this road. */
bool road_has_shape(const struct shape *shape);
bool road_has_meeting(const struct subject *subject, bool is_nested);
bool road_has_fault(const struct fault *fault);

/* The thread has left a section by longjmp, for good. */
bool road_is_stuck(void);
void road_is_free_again(void);

#endif
