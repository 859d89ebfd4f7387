/* SPDX-License-Identifier: MIT */
/*
 * Claim: a child's bytes are never its parent's, neither at once nor later,
 * however the child is made and however much the parent had drawn before.
 *
 * To see it fail: in map_inside of pages.c, map MAP_PRIVATE in place of
 * MAP_DROPPABLE.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check-clone.h"
#include "check-tier.h"
#include "check.h"
#include "vgetrandom.h"

extern char **environ;

/* At once, and after more draws: through several batches and a bulk request. */
static const size_t piece_lens[] = { 16, 32, 1, 100, 8, 900, 16, 3000, 64, 16 };
#define STREAM_LEN	(16 + 32 + 1 + 100 + 8 + 900 + 16 + 3000 + 64 + 16)

/* Shared with the children, the spawned one too. */
static struct streams {
	uint8_t parent_before[STREAM_LEN];
	uint8_t parent[STREAM_LEN];
	uint8_t child[STREAM_LEN];
	uint8_t grandchild[STREAM_LEN];
} *streams;
static int streams_fd;

static void draw(uint8_t *to)
{
	size_t i;

	for (i = 0; i < sizeof(piece_lens) / sizeof(piece_lens[0]); i++) {
		if (vgetrandom(to, piece_lens[i], 0) != (ssize_t)piece_lens[i])
			_exit(1);
		to += piece_lens[i];
	}
}

static int draw_and_exit(void *unused)
{
	(void)unused;
	draw(streams->child);
	_exit(0);
}

/* ---- Ways to make a child that draws ------------------------------------- */

static pid_t by_fork(void)
{
	pid_t pid = fork();

	if (!pid)
		draw_and_exit(NULL);
	return pid;
}

/* Shares our memory, and we sleep until it is gone. */
static __attribute__((noinline)) pid_t by_vfork(void)
{
	pid_t pid = vfork();

	if (!pid)
		draw_and_exit(NULL);
	return pid;
}

static pid_t by_spawn(void)
{
	char number[16];
	char *arguments[] = { "fork-child-differs", number, NULL };
	pid_t pid;

	snprintf(number, sizeof(number), "%d", streams_fd);
	errno = posix_spawn(&pid, "/proc/self/exe", NULL, NULL, arguments,
			    environ);
	return errno ? -1 : pid;
}

static pid_t by_raw_clone(void)
{
	pid_t pid = raw_clone(SIGCHLD);

	if (!pid)
		draw_and_exit(NULL);
	return pid;
}

/* A copy of our memory, though we sleep. */
static pid_t by_raw_clone_vfork(void)
{
	pid_t pid = raw_clone(CLONE_VFORK | SIGCHLD);

	if (!pid)
		draw_and_exit(NULL);
	return pid;
}

static pid_t by_clone_vfork_vm(void)
{
	static uint8_t stack[256 * 1024] __attribute__((aligned(64)));

	return clone(draw_and_exit, stack + sizeof(stack),
		     CLONE_VFORK | CLONE_VM | SIGCHLD, NULL);
}

static pid_t by_clone3(void)
{
	struct clone_args arguments = { .exit_signal = SIGCHLD };
	pid_t pid = (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));

	if (!pid)
		draw_and_exit(NULL);
	return pid;
}

/* The child has a child, and both go on drawing. */
static pid_t by_fork_twice(void)
{
	int status;
	pid_t pid = fork(), grandchild;

	if (pid)
		return pid;
	grandchild = fork();
	if (!grandchild) {
		draw(streams->grandchild);
		_exit(0);
	}
	draw(streams->child);
	_exit(waitpid(grandchild, &status, 0) != grandchild || status);
}

static const struct way {
	const char *name;
	pid_t (*make)(void);
} ways[] = {
	{ "fork", by_fork },
	{ "vfork", by_vfork },
	{ "posix_spawn", by_spawn },
	{ "clone", by_raw_clone },
	{ "clone VFORK", by_raw_clone_vfork },
	{ "clone VFORK|VM", by_clone_vfork_vm },
	{ "clone3", by_clone3 },
	{ "fork in fork", by_fork_twice },
};

/* ---- What the parent had drawn before ------------------------------------ */

/* -1: nothing at all; else bytes of the batch. */
static const int starts[] = { -1, 0, 16, 500, 927, 928 };

struct run {
	const struct way *way;
	int start;
};

static void *run(void *argument)
{
	const struct run *this = argument;
	uint8_t *before = streams->parent_before;
	pid_t pid;
	int status;

	memset(streams, 0, sizeof(*streams));
	if (this->start >= 0)
		check_eq(vgetrandom(before, (size_t)this->start, 0),
			 this->start);

	pid = this->way->make();
	if (pid < 0 && errno == ENOSYS) {
		printf("%s: not on this kernel, left out\n", this->way->name);
		return NULL;
	}
	check(pid > 0);
	draw(streams->parent);
	check_eq(waitpid(pid, &status, 0), pid);
	check_eq(status, 0);

	check_unique_windows(before, this->start < 0 ? 0 : (size_t)this->start);
	check_unique_windows(streams->parent, STREAM_LEN);
	check_unique_windows(streams->child, STREAM_LEN);
	if (this->way->make == by_fork_twice)
		check_unique_windows(streams->grandchild, STREAM_LEN);
	return NULL;
}

/* A new thread has drawn nothing yet. */
static void run_in_thread(struct run *this)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, this) ||
	    pthread_join(thread, NULL))
		hard_error("no thread");
}

static void map_streams(int fd)
{
	streams = mmap(NULL, sizeof(*streams), PROT_READ | PROT_WRITE,
		       MAP_SHARED, fd, 0);
	if (streams == MAP_FAILED)
		hard_error("no shared memory");
}

int main(int argc, char **argv)
{
	struct run this;
	size_t i, j;

	if (argc > 1) {			/* the spawned child */
		map_streams(atoi(argv[1]));
		draw_and_exit(NULL);
	}

	check_tier();
	streams_fd = memfd_create("streams", 0);
	if (streams_fd < 0 || ftruncate(streams_fd, sizeof(*streams)))
		hard_error("no memfd");
	map_streams(streams_fd);

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		for (j = 0; j < sizeof(starts) / sizeof(starts[0]); j++) {
			this = (struct run){ &ways[i], starts[j] };
			run_in_thread(&this);
		}
		run(&this);		/* and in the first thread */
	}
	return 0;
}
