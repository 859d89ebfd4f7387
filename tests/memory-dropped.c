/* SPDX-License-Identifier: MIT */
/*
 * Claim: while the pages of keys are dropped in a loop, by this process and by
 * another, eight threads get no zeros and no byte twice.
 *
 * To see it fail: in vgr_generator_end of generator.h, return true.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>

#include "check-child.h"
#include "check-draw.h"
#include "check-mapping.h"
#include "check-tier.h"
#include "check.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT	21
#endif

#define NTHREADS	8
#define MAX_DRAW	3000
#define KEPT_LEN	((size_t)1 << 16)

static struct mapping arena;
static unsigned int is_over;
static unsigned long *ndraws;		/* seen by the process outside, too */

struct drawer {
	pthread_t thread;
	size_t at;
	unsigned int number;
	uint8_t kept[KEPT_LEN];
};

/* Small and large ones, so that a drop meets each way through a request. */
static void *draw_on(void *argument)
{
	struct drawer *self = argument;
	uint8_t buf[MAX_DRAW];
	size_t len, turn = self->number;

	while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED)) {
		len = 16 + (turn * 7919) % (turn % 4 ? 64 : MAX_DRAW - 16);
		turn++;
		draw(buf, len);
		check(check_longest_zero_run(buf, len) < 8);
		__atomic_fetch_add(ndraws, 1, __ATOMIC_RELAXED);
		if (len > KEPT_LEN - self->at)
			continue;
		memcpy(self->kept + self->at, buf, len);
		self->at += len;
	}
	return NULL;
}

/* More than there are threads: one of these began after the drop. */
static void wait_for_draws(void)
{
	unsigned long seen = __atomic_load_n(ndraws, __ATOMIC_RELAXED);
	struct timespec moment = { 0, 10000 };

	do
		nanosleep(&moment, NULL);
	while (__atomic_load_n(ndraws, __ATOMIC_RELAXED) <= seen + NTHREADS);
}

static long by_dontneed(void)
{
	return madvise(arena.start, (size_t)(arena.end - arena.start),
		       MADV_DONTNEED);
}

static long by_pageout(void)
{
	return madvise(arena.start, (size_t)(arena.end - arena.start),
		       MADV_PAGEOUT);
}

/* As pressure would: from outside.  In a child of this process. */
static long by_another(void)
{
	struct iovec all = {
		arena.start, (size_t)(arena.end - arena.start)
	};
	long fd = syscall(SYS_pidfd_open, getppid(), 0), advised;

	if (fd < 0)
		return -1;
	advised = syscall(SYS_process_madvise, fd, &all, 1, MADV_PAGEOUT, 0);
	close((int)fd);
	return advised < 0 ? -1 : 0;
}

static const struct way {
	const char *name;
	long (*drop)(void);
	int is_outside;
} ways[] = {
	{ "madvise DONTNEED", by_dontneed, 0 },
	{ "madvise PAGEOUT", by_pageout, 0 },
	{ "process_madvise PAGEOUT", by_another, 1 },
};

static unsigned long drop_for(const struct way *way, unsigned long rounds)
{
	unsigned long n;

	for (n = 0; n < rounds && !way->drop(); n++)
		wait_for_draws();
	return n;
}

static void drop_outside(const struct way *way, unsigned long rounds)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(drop_for(way, rounds) ? 0 : 77);
	}
	if (WEXITSTATUS(wait_for(pid)))
		printf("%s: not to be had\n", way->name);
}

static void try_way(const struct way *way, unsigned long rounds)
{
	static struct drawer drawers[NTHREADS];
	uint64_t nkeys = info_now().kernel_keys;
	unsigned int i;

	is_over = 0;
	for (i = 0; i < NTHREADS; i++) {
		drawers[i].number = i;
		drawers[i].at = 0;
		if (pthread_create(&drawers[i].thread, NULL, draw_on,
				   &drawers[i]))
			hard_error("pthread_create");
	}
	if (way->is_outside)
		drop_outside(way, rounds);
	else
		check_eq(drop_for(way, rounds), rounds);
	__atomic_store_n(&is_over, 1, __ATOMIC_RELAXED);

	for (i = 0; i < NTHREADS; i++) {
		pthread_join(drawers[i].thread, NULL);
		check_unique_windows(drawers[i].kept, drawers[i].at);
	}
	nkeys = info_now().kernel_keys - nkeys;
	printf("%s: %lu keys from the kernel, %lu restarts, %lu requests\n",
	       way->name, (unsigned long)nkeys,
	       (unsigned long)info_now().restarts, *ndraws);
	if (!way->is_outside)	/* that there was something to survive */
		check(nkeys > 8);
}

int main(void)
{
	unsigned long rounds = getenv("VGR_TEST_FULL") ? 50000 :
			       getenv("VGR_TEST_EMULATED") ? 100 : 1000;
	size_t i;

	if (check_tier() != 1)
		skip("no droppable memory here");
	ndraws = mmap(NULL, sizeof(*ndraws), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (ndraws == MAP_FAILED)
		hard_error("no memory");
	arena = mapping_of(own_state());
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		try_way(&ways[i], rounds);
	return 0;
}
