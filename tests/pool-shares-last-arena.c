/* SPDX-License-Identifier: MIT */
/*
 * Claim: a thread that is refused an arena takes a slot of the one that a rival
 * got at the same moment.
 *
 * To see it fail: in vgr_pool_claim, give up as soon as there is no arena to be
 * had.
 *
 * The rival gets it here inside our own call.
 */
#include "arenas.h"
#include "check-draw.h"
#include "check-tier.h"
#include "check.h"
#include "pool.h"

static bool has_rival;

bool __real_vgr_arenas_grow(void);
bool __wrap_vgr_arenas_grow(void);

bool __wrap_vgr_arenas_grow(void)
{
	if (has_rival && !__real_vgr_arenas_grow())
		skip("there is no memory for a second arena");
	return false;
}

int main(void)
{
	check_tier();
	if (!info_now().slots_mapped)
		skip("there are no slots");
	while (vgr_pool_claim(0))
		;
	has_rival = true;
	check(vgr_pool_claim(0));
	return 0;
}
