/* SPDX-License-Identifier: MIT */
/*
 * Claim: a machine that runs out of memory takes keys away (droppable memory)
 * or leaves them where they are (locked memory), and never writes one to swap;
 * what is drawn meanwhile and afterwards was never drawn before.
 *
 *	pressure SWAP-DEVICE [taken]
 *
 * 64 threads, a page apart and more, draw once and wait; a child fills memory
 * until most of it is in swap.  The first lines tell the host (which then
 * searches the disk) what must not be on it: "secret HEX", and what must:
 * "marker HEX", from ordinary memory under the same pressure.
 *
 * taken: the kernel is one that takes our pages, which are few, before it is out
 * of memory.  6.12 and 6.16 let them stay, though they take them when asked to
 * (memory-dropped, memory-cgroup-squeeze).
 *
 * To see it fail: MAP_PRIVATE in the place of MAP_DROPPABLE (pages.c), or
 * VGETRANDOM_MEMORY=locked and no mlock2.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check-tier.h"
#include "check.h"
#include "state.h"
#include "thread.h"
#include "vgetrandom.h"

#define NTHREADS	64
#define MARKER_LEN	(1024 * 1024)
#define PAGE_LEN	4096

static pthread_barrier_t barrier;
static struct vgr_state *states[NTHREADS];
static uint8_t draws[NTHREADS][2][64];

/* What mkswap does, of which the kernel wants little. */
static void swap_on(const char *path)
{
	union {
		struct {
			uint8_t boot[1024];
			uint32_t version, last_page, nbad;
		};
		uint8_t bytes[PAGE_LEN];
	} header = { .version = 1 };
	int disk = open(path, O_RDWR);
	off_t len = disk < 0 ? 0 : lseek(disk, 0, SEEK_END);

	if (len <= 0)
		hard_error("%s: %s", path, strerror(errno));
	header.last_page = (uint32_t)(len / PAGE_LEN - 1);
	memcpy(header.bytes + PAGE_LEN - 10, "SWAPSPACE2", 10);
	check_eq(pwrite(disk, &header, sizeof(header), 0), sizeof(header));
	check_eq(fsync(disk), 0);
	close(disk);
	if (swapon(path, 0))
		hard_error("swapon: %s", strerror(errno));
}

static void print_hex(const char *what, const uint8_t *bytes, size_t len)
{
	printf("%s ", what);
	while (len--)
		printf("%02x", *bytes++);
	printf("\n");
}

static void *draw_and_wait(void *argument)
{
	size_t i = (uintptr_t)argument;

	check_eq(vgetrandom(draws[i][0], 64, 0), 64);
	states[i] = vgr_thread_slot->state;
	pthread_barrier_wait(&barrier);		/* all have a key */
	pthread_barrier_wait(&barrier);		/* memory was scarce */
	check_eq(vgetrandom(draws[i][1], 64, 0), 64);
	return NULL;
}

/* Whether its page was taken; not by a look at it, which would keep it young. */
static int is_gone(const struct vgr_state *state)
{
	uintptr_t page = (uintptr_t)state & -(uintptr_t)PAGE_LEN;
	unsigned char is_there = 0;

	check_eq(mincore((void *)page, PAGE_LEN, &is_there), 0);
	return !(is_there & 1);
}

static uint64_t pages_in_swap(void)
{
	struct sysinfo info;

	sysinfo(&info);
	return (uint64_t)(info.totalswap - info.freeswap) * info.mem_unit /
	       PAGE_LEN;
}

/* In pages that differ; whoever runs out of memory, it is us who end. */
static void fill_memory(size_t len)
{
	int score = open("/proc/self/oom_score_adj", O_WRONLY);
	uint8_t *bytes = mmap(NULL, len, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	size_t at;

	if (bytes == MAP_FAILED || write(score, "1000", 4) != 4)
		_exit(1);
	for (at = 0; at < len; at += PAGE_LEN)
		*(uint64_t *)(bytes + at) = at + 1;
	_exit(0);
}

/* All there is and half of the swap, then more, up to where the kernel ends us. */
static void make_memory_scarce(unsigned int round)
{
	struct sysinfo info;
	int status;

	sysinfo(&info);
	if (!fork())
		fill_memory((info.totalram + info.totalswap * (1 + round) / 4) *
			    info.mem_unit);
	while (wait(&status) > 0)
		check(!status || WTERMSIG(status) == SIGKILL);
}

int main(int argc, char **argv)
{
	uint8_t *marker, seed[16];
	unsigned int ngone = 0;
	pthread_t threads[NTHREADS];
	size_t i;
	unsigned int round;
	int tier;

	if (argc < 2)
		hard_error("usage: pressure SWAP-DEVICE [taken]");
	tier = check_tier();
	if (tier == 3)
		skip("no state is kept here");
	swap_on(argv[1]);

	/* Ordinary memory, and no copy of its beginning elsewhere. */
	marker = mmap(NULL, MARKER_LEN, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(marker != MAP_FAILED);
	check_eq(vgetrandom(seed, sizeof(seed), 0), sizeof(seed));
	for (i = 0; i < MARKER_LEN; i++)
		marker[i] = (uint8_t)(seed[i % 16] + i / PAGE_LEN);
	print_hex("marker", marker, 16);

	pthread_barrier_init(&barrier, NULL, NTHREADS + 1);
	for (i = 0; i < NTHREADS; i++)
		check_eq(pthread_create(&threads[i], NULL, draw_and_wait,
					(void *)i), 0);
	pthread_barrier_wait(&barrier);
	for (i = 0; i < NTHREADS; i++) {
		print_hex("secret", states[i]->key, sizeof(states[i]->key));
		print_hex("secret", states[i]->batch + VGR_BATCH_LEN - 32, 32);
	}

	for (round = 1; round <= 3 && !ngone; round++) {
		make_memory_scarce(round);
		printf("%llu pages in swap\n",
		       (unsigned long long)pages_in_swap());
		for (i = 0; i < NTHREADS; i++)
			ngone += (unsigned int)is_gone(states[i]);
		printf("%u of %d states taken\n", ngone, NTHREADS);
		if (tier == 2)
			break;
	}
	check(tier == 1 ? argc < 3 || ngone > 0 : ngone == 0);

	pthread_barrier_wait(&barrier);
	for (i = 0; i < NTHREADS; i++) {
		check_eq(pthread_join(threads[i], NULL), 0);
		check_unique_windows(draws[i][0], 64);
		check_unique_windows(draws[i][1], 64);
	}
	sync();
	return 0;
}
