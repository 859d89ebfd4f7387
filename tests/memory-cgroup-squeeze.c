/* SPDX-License-Identifier: MIT */
/*
 * Claim: while the memory cgroup that a process is in is squeezed again and
 * again, its threads get no zeros and no byte twice, and no key is swapped.
 *
 * To see it fail: in vgr_generator_end of generator.h, return true.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "check-child.h"
#include "check-draw.h"
#include "check-mapping.h"
#include "check-tier.h"
#include "check.h"

#define NTHREADS	8
#define MAX_DRAW	2000
#define KEPT_LEN	((size_t)1 << 16)

static char group[128], squeezer[160];
static const char *squeeze_by;		/* what is written to the squeezer */
static int from_child[2], to_child[2];

/* ---- The group ----------------------------------------------------------- */

static int write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), done;

	if (fd < 0)
		return -1;
	done = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return done ? 0 : -1;
}

static int try_group(const char *root, const char *file, const char *text)
{
	snprintf(group, sizeof(group), "%s/vgetrandom-test-%d", root, getpid());
	snprintf(squeezer, sizeof(squeezer), "%s/%s", group, file);
	squeeze_by = text;
	if (mkdir(group, 0755))
		return 0;
	if (!access(squeezer, W_OK))
		return 1;
	rmdir(group);
	return 0;
}

static void make_group(void)
{
	if (try_group("/sys/fs/cgroup/memory", "memory.force_empty", "0") ||
	    try_group("/sys/fs/cgroup", "memory.reclaim", "64M"))
		return;
	skip("no memory cgroup can be made here (root, and cgroup v1 or v2)");
}

/* It is empty only a moment after its last process ended. */
static void remove_group(void)
{
	struct timespec moment = { 0, 10000000 };
	int i;

	for (i = 0; i < 100 && rmdir(group) && errno == EBUSY; i++)
		nanosleep(&moment, NULL);
}

/* ---- Inside it ------------------------------------------------------------ */

static unsigned int is_over;
static uint8_t kept[NTHREADS][KEPT_LEN];
static size_t kept_len[NTHREADS];

static void *draw_on(void *argument)
{
	size_t self = (size_t)argument, len, turn = self;
	uint8_t buf[MAX_DRAW];

	while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED)) {
		len = 16 + turn * 7919 % (turn % 4 ? 64 : MAX_DRAW - 16);
		turn++;
		draw(buf, len);
		check(check_longest_zero_run(buf, len) < 8);
		if (len > KEPT_LEN - kept_len[self])
			continue;
		memcpy(kept[self] + kept_len[self], buf, len);
		kept_len[self] += len;
	}
	return NULL;
}

static void live_in_group(void)
{
	char path[192], byte;
	pthread_t threads[NTHREADS];
	uint64_t nkeys;
	size_t i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(path, sizeof(path), "%s/cgroup.procs", group);
	if (write_to(path, "0"))
		skip("a process cannot be put into its memory cgroup");

	/* Pages are charged to the group in which they are first touched. */
	check_eq(info_now().slots, 0);
	nkeys = info_now().kernel_keys;
	for (i = 0; i < NTHREADS; i++)
		if (pthread_create(&threads[i], NULL, draw_on, (void *)i))
			hard_error("pthread_create");
	if (write(from_child[1], "r", 1) != 1 || read(to_child[0], &byte, 1) != 1)
		hard_error("the parent is gone");

	__atomic_store_n(&is_over, 1, __ATOMIC_RELAXED);
	for (i = 0; i < NTHREADS; i++) {
		pthread_join(threads[i], NULL);
		check_unique_windows(kept[i], kept_len[i]);
	}
	nkeys = info_now().kernel_keys - nkeys;
	printf("%lu keys from the kernel for %d threads\n",
	       (unsigned long)nkeys, NTHREADS);
	check_eq(mapping_of(own_state()).swapped_len, 0);
	check(nkeys > 2 * NTHREADS);
}

/* ---- And outside ----------------------------------------------------------- */

static void squeeze(void)
{
	int i, rounds = getenv("VGR_TEST_FULL") ? 2000 : 40, ndone = 0;
	char byte;

	if (read(from_child[0], &byte, 1) != 1)
		return;		/* it has said why */
	for (i = 0; i < rounds; i++)
		ndone += !write_to(squeezer, squeeze_by);
	printf("%s: %d times of %d\n", squeezer, ndone, rounds);
	fflush(stdout);
}

int main(void)
{
	pid_t pid;
	int status;

	/* Not through this thread's own slot: it must be new in the group. */
	if (info_now().memory != VGETRANDOM_MEMORY_DROPPABLE)
		skip("no droppable memory here");
	check_tier();
	if (pipe(from_child) || pipe(to_child))
		hard_error("pipe");
	make_group();
	fflush(NULL);
	pid = fork();
	if (!pid) {
		close(from_child[0]);
		live_in_group();
		fflush(NULL);
		_exit(0);
	}
	close(from_child[1]);
	squeeze();
	if (write(to_child[1], "e", 1) != 1)
		hard_error("pipe");
	status = wait_for(pid);
	remove_group();
	pass_on(status);
	return 0;
}
