/* SPDX-License-Identifier: MIT */
/*
 * check-mapping.h - where keys lie, and what the kernel says of that memory.
 */
#ifndef CHECK_MAPPING_H
#define CHECK_MAPPING_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "check-tier.h"
#include "state.h"
#include "thread.h"

struct mapping {
	uint8_t *start, *end;
	unsigned long rss_len;		/* bytes in memory */
	unsigned long locked_len;
	unsigned long swapped_len;
	char flags[256];		/* two letters each, a blank after each */
};

static inline void mapping_note(struct mapping *found, const char *line)
{
	unsigned long kib;

	if (sscanf(line, "Rss: %lu", &kib) == 1)
		found->rss_len = kib * 1024;
	else if (sscanf(line, "Locked: %lu", &kib) == 1)
		found->locked_len = kib * 1024;
	else if (sscanf(line, "Swap: %lu", &kib) == 1)
		found->swapped_len = kib * 1024;
	else
		sscanf(line, "VmFlags: %255[^\n]", found->flags);
}

/* The mapping that holds the address. */
static inline struct mapping mapping_of(const void *address)
{
	struct mapping found = { .start = NULL };
	FILE *maps = fopen("/proc/self/smaps", "r");
	unsigned long start, end;
	bool is_it = false;
	char line[512];

	if (!maps)
		skip("no /proc/self/smaps");
	while (fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) != 2) {
			if (is_it)
				mapping_note(&found, line);
			continue;
		}
		is_it = start <= (uintptr_t)address &&
			(uintptr_t)address < end;
		if (is_it) {
			found.start = (uint8_t *)start;
			found.end = (uint8_t *)end;
		}
	}
	fclose(maps);
	if (!found.start)
		hard_error("no mapping at %p", address);
	return found;
}

static inline bool mapping_has(const struct mapping *mapping, const char *flag)
{
	return strstr(mapping->flags, flag) != NULL;
}

/* This thread's own state; the test is skipped where it has none. */
static inline struct vgr_state *own_state(void)
{
	uint8_t byte;

	if (vgetrandom(&byte, 1, 0) != 1 || !vgr_thread_has_slot())
		skip("no state in this process: every request is a system call");
	return vgr_thread_slot->state;
}

static inline bool is_zero(const void *bytes, size_t len)
{
	return check_longest_zero_run(bytes, len) == len;
}

#endif
