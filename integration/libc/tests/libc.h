/* SPDX-License-Identifier: MIT */
/*
 * libc.h - what the tests of a C library with the core inside share.  They use
 * nothing but that library: it is told from outside, by /proc and by filters.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#define SKIP 77

#define CHECK(claim) do {						\
	if (!(claim)) {							\
		printf("%s:%d: not so: %s (errno %d)\n", __FILE__,	\
		       __LINE__, #claim, errno);			\
		fflush(stdout);						\
		_exit(1);						\
	}								\
} while (0)

struct arena {
	uintptr_t low, high;
};

/* The largest droppable mapping ("dp"): where libc keeps states. */
static struct arena find_arena(void)
{
	struct arena found = { 0, 0 };
	unsigned long low = 0, high = 0;
	char line[4096];
	FILE *maps = fopen("/proc/self/smaps", "re");

	CHECK(maps);
	while (fgets(line, sizeof(line), maps)) {
		unsigned long from, to;

		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			low = from, high = to;
		else if (!strncmp(line, "VmFlags:", 8) && strstr(line, " dp") &&
			 high - low > found.high - found.low)
			found = (struct arena){ low, high };
	}
	fclose(maps);
	return found;
}

static bool kernel_has_droppable(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  0x08 | MAP_ANONYMOUS, -1, 0);

	return page != MAP_FAILED && !munmap(page, 4096);
}

/* Draws once; says which memory there is.  Exits where the kernel has none. */
static inline struct arena check_tier(void)
{
	struct arena arena;
	char byte;

	CHECK(getrandom(&byte, 1, 0) == 1);
	arena = find_arena();
	if (!arena.high && !kernel_has_droppable()) {
		puts("SKIP: this kernel has no MAP_DROPPABLE, by which the states are found");
		exit(SKIP);
	}
	printf("memory %s\n", arena.high ? "droppable" :
	       "none: every request is a system call");
	fflush(stdout);
	CHECK(arena.high);
	return arena;
}

/* How many pages from the first to the last that is in use. */
static inline size_t pages_in_use(struct arena arena)
{
	size_t npages = (arena.high - arena.low) / 4096;
	unsigned char *there = malloc(npages);

	CHECK(there && !mincore((void *)arena.low, npages * 4096, there));
	while (npages && !(there[npages - 1] & 1))
		npages--;
	free(there);
	return npages;
}
