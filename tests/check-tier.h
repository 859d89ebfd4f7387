/* SPDX-License-Identifier: MIT */
/*
 * check-tier.h - says on which ground a test passed: a library that always
 * makes the system call must not look green.
 */
#ifndef CHECK_TIER_H
#define CHECK_TIER_H

#include <stdio.h>

#include "vgetrandom.h"

/*
 * Prints "tier N: ..." and returns N: 1 droppable memory, 2 locked memory,
 * 3 system calls only.
 */
static inline int check_tier(void)
{
	struct vgetrandom_info info = { .size = sizeof(info) };
	int tier;

	vgetrandom_info(&info);
	tier = !info.is_active ? 3 :
	       info.memory == VGETRANDOM_MEMORY_DROPPABLE ? 1 : 2;
	printf("tier %d: memory %s, generation%s%s%s, core %s%s%s\n", tier,
	       info.memory == VGETRANDOM_MEMORY_DROPPABLE ? "droppable" :
	       info.memory == VGETRANDOM_MEMORY_LOCKED ? "locked" : "none",
	       info.generation & VGETRANDOM_GENERATION_KERNEL ? " kernel" : "",
	       info.generation & VGETRANDOM_GENERATION_VMCLOCK ? " vmclock" : "",
	       info.generation & VGETRANDOM_GENERATION_CLOCK ? " clock" : "",
	       info.core ? info.core : "none", info.why_not ? "; " : "",
	       info.why_not ? info.why_not : "");
	fflush(stdout);
	return tier;
}

#endif
