/* SPDX-License-Identifier: MIT */
/*
 * Claim: the memory of keys is never merged with equal pages of other
 * processes, whether somebody asks for that mapping or the process was started
 * with merging switched on.
 *
 * To see it fail: in make_forgetful of pages.c, leave out MADV_UNMERGEABLE.
 */
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "check-child.h"
#include "check-mapping.h"
#include "check-tier.h"
#include "check.h"

#ifndef PR_SET_MEMORY_MERGE
#define PR_SET_MEMORY_MERGE	67	/* Linux 6.4 */
#define PR_GET_MEMORY_MERGE	68
#endif

static int is_mergeable(const void *address)
{
	struct mapping mapping = mapping_of(address);

	return mapping_has(&mapping, "mg");
}

int main(int argc, char **argv)
{
	size_t page_len = (size_t)sysconf(_SC_PAGESIZE);
	struct vgr_state *state;
	struct mapping arena;
	uint8_t *other;

	(void)argc;
	/* It is kept across exec, and then holds for the library's start. */
	if (!getenv("VGETRANDOM_MEMORY")) {
		if (prctl(PR_SET_MEMORY_MERGE, 1, 0, 0, 0))
			printf("no PR_SET_MEMORY_MERGE (Linux 6.4)\n");
		restart_with(argv, "VGETRANDOM_MEMORY", "droppable");
	}
	if (check_tier() != 3) {
		state = own_state();
		other = mmap(NULL, page_len, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (other == MAP_FAILED)
			hard_error("no memory");
		if (prctl(PR_GET_MEMORY_MERGE, 0, 0, 0, 0) == 1)
			check(is_mergeable(other));
		check(!is_mergeable(state));

		if (madvise(other, page_len, MADV_MERGEABLE))
			skip("this kernel merges no pages");
		check(is_mergeable(other));
		arena = mapping_of(state);
		if (mapping_has(&arena, "dp")) {
			check(!madvise(arena.start, page_len, MADV_MERGEABLE));
			check(!is_mergeable(state));
		}
	}
	restart_with(argv, "VGETRANDOM_MEMORY", "locked");
	return 0;
}
