/* SPDX-License-Identifier: MIT */
/*
 * Claim: when a signal handler that interrupted a request forks, the request
 * goes on in both processes and gives each its own bytes, whether the handlers
 * draw on the way or not.
 *
 * To see it fail: have produce in generator.c return true at its end, without
 * the last look.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check-clone.h"
#include "check-inside.h"
#include "check-slot.h"
#include "check-tier.h"
#include "check.h"
#include "vgetrandom.h"

#define MAX_LEN		17400
#define LATER_LEN	1000

struct stream {
	uint8_t in_handler[32];
	uint8_t interrupted[MAX_LEN];
	uint8_t later[LATER_LEN];
};

/* Shared with the child. */
static struct stream *streams;

/* The request that is interrupted: where, and what the handlers do. */
static const struct request {
	size_t len, stop_at;
} requests[] = {
	{ 16, 0 }, { 32, 16 }, { 100, 0 }, { 100, 64 }, { 928, 900 },
	{ 1500, 0 }, { 1500, 1200 }, { 4096, 0 }, { 4096, 2000 },
	{ 17400, 0 }, { 17400, 14000 }, { 17400, 17399 },
};
#define NREQUESTS (sizeof(requests) / sizeof(requests[0]))

enum { PARENT_DRAWS = 1, CHILD_DRAWS = 2, IS_RAW = 4, NCHOICES = 8 };
static int choice;
static pid_t child;			/* 0 in the child */
static int starts_cold;

static void draw(void *to, size_t len)
{
	check_eq(vgetrandom(to, len, 0), (ssize_t)len);
}

static void fork_inside(void)
{
	struct stream *mine;

	check(is_inside_a_call());
	child = choice & IS_RAW ? raw_clone(SIGCHLD) : fork();
	if (child < 0)
		hard_error("no process");
	mine = &streams[!child];
	if (choice & (child ? PARENT_DRAWS : CHILD_DRAWS))
		draw(mine->in_handler, sizeof(mine->in_handler));
}

static void one_run(const struct request *request)
{
	struct stream *mine;
	uint8_t *buf;
	int status;

	memset(streams, 0, 2 * sizeof(*streams));
	if (starts_cold)
		vgetrandom_reseed();
	buf = inside_arm(request->len, request->stop_at, fork_inside);
	draw(buf, request->len);

	mine = &streams[!child];
	memcpy(mine->interrupted, buf, request->len);
	draw(mine->later, LATER_LEN);
	check_eq(inside_disarm(), 1);
	if (!child)
		_exit(0);
	check_eq(waitpid(child, &status, 0), child);
	check_eq(status, 0);

	for (mine = streams; mine < streams + 2; mine++) {
		check_unique_windows(mine->interrupted, request->len);
		check_unique_windows(mine->later, LATER_LEN);
		if (choice & (mine == streams ? PARENT_DRAWS : CHILD_DRAWS))
			check_unique_windows(mine->in_handler,
					     sizeof(mine->in_handler));
	}
}

int main(void)
{
	uint8_t first[16];
	size_t i;

	if (check_tier() == 3)
		skip("requests are system calls: there is no inside");
	streams = mmap(NULL, 2 * sizeof(*streams), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (streams == MAP_FAILED)
		hard_error("no shared memory");
	inside_init(0);
	draw(first, sizeof(first));

	for (choice = 0; choice < NCHOICES; choice++)
		for (starts_cold = 0; starts_cold < 2; starts_cold++)
			for (i = 0; i < NREQUESTS; i++)
				one_run(&requests[i]);
	return 0;
}
