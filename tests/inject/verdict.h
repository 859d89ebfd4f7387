/* SPDX-License-Identifier: MIT */
/*
 * verdict.h - what must be true of a run, given where its faults stood.
 */
#ifndef INJECT_VERDICT_H
#define INJECT_VERDICT_H

#include "run.h"

/* Whether a fault can stand before that instruction. */
bool verdict_may_stand(const struct plan *plan, const struct fault *fault,
		       uintptr_t at);

/* Slots that are somebody's; and whether a run may leave one more. */
uint64_t verdict_count_slots(void);
bool verdict_may_lose(const struct plan *plan);

/* BAD_* bits. */
unsigned int verdict(const struct plan *plan);

#endif
