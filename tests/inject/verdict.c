/* SPDX-License-Identifier: MIT */
/*
 * verdict.c - what must be true of a run; see verdict.h.
 */
#include "verdict.h"

#include <string.h>

#include "generation.h"
#include "pool.h"
#include "record.h"

bool verdict_may_stand(const struct plan *plan, const struct fault *fault,
		       uintptr_t at)
{
	return plan->subject != &subject_exit ||
	       !(fault->flags & NOT_IN_MALLOC) || reach_is_ours(at);
}

/* ---- Slots ----------------------------------------------------------------------- */

/*
 * What a call was inside of that never came back is given back by a later call
 * of its depth, or when its thread ends.
 */
uint64_t verdict_count_slots(void)
{
	struct vgr_pool_counts counts;

	vgr_pool_count(&counts);
	return counts.ntaken;
}

/* A call may be carried away between the instructions of its entry. */
static bool may_lose(const struct plan *plan, const struct fault *fault)
{
	return fault && (fault->flags & MAY_LOSE ||
			 (fault == &fault_other_context &&
			  plan->subject == &subject_exit));
}

bool verdict_may_lose(const struct plan *plan)
{
	return may_lose(plan, plan->first) || may_lose(plan, plan->second);
}

/* ---- Bytes ----------------------------------------------------------------------- */

#define UNKNOWN		SIZE_MAX

/*
 * Where a second fault stands on the way of a call that none befalls; after a
 * first that may have sent the call another way, nobody knows.
 */
static size_t second_boundary(const struct plan *plan)
{
	if (!plan->distance)
		return plan->boundary;
	if (plan->first->flags & KEEPS_WAY && plan->subject != &subject_exit &&
	    plan->shape->start <= START_STALE)
		return plan->boundary + plan->distance;
	return UNKNOWN;
}

/* Whether a fork came when the call still had to notice it. */
static bool is_early_fork(const struct plan *plan)
{
	const size_t last_look = plan->path->last_look;

	if (plan->distance && plan->second->flags & IS_FORK)
		return second_boundary(plan) <= last_look;
	return plan->boundary <= last_look;
}

static bool has_kernel_word(const struct plan *plan)
{
	return !plan->subject->is_ours ||
	       vgr_generation_live() & 1u << VGR_SOURCE_KERNEL;
}

static bool must_notice(const struct plan *plan, const struct fault *fault,
			size_t boundary)
{
	return fault && ((fault->makes_stale == ANY_STAMP &&
			  boundary <= plan->path->last_look) ||
			 (fault->makes_stale == KERNEL_STAMP_ONLY &&
			  has_kernel_word(plan) &&
			  boundary <= plan->path->last_kernel_look));
}

unsigned int verdict(const struct plan *plan)
{
	return record_judge(is_early_fork(plan),
			    must_notice(plan, plan->first, plan->boundary) ||
			    must_notice(plan, plan->second,
					second_boundary(plan)),
			    !strcmp(plan->first->name, "nothing"));
}
