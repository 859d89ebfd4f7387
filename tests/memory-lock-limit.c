/* SPDX-License-Identifier: MIT */
/*
 * Claim: a process that may not lock memory makes system calls, from its start
 * or from the fork that took the right away, says so, and is told by
 * vgetrandom_prepare(); at most an eighth of what it may lock is used.
 *
 * To see it fail: in vgr_arenas_repair of arenas.c, set the mark before the lock is
 * asked for; in lockable_len of pages.c, do not divide by 8.
 */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "check-child.h"
#include "check-draw.h"
#include "check-mapping.h"
#include "check-tier.h"
#include "check.h"

#define NOBODY	65534

/* The limit binds only those without CAP_IPC_LOCK. */
static void become_nobody(size_t may_lock)
{
	struct rlimit limit = { may_lock, may_lock };

	if (setrlimit(RLIMIT_MEMLOCK, &limit))
		hard_error("setrlimit");
	if (!geteuid() && (setgroups(0, NULL) || setgid(NOBODY) ||
			   setuid(NOBODY)))
		skip("cannot become another user: %d", errno);
	prctl(PR_SET_DUMPABLE, 1);	/* so that /proc/self can be read */
}

static void makes_system_calls(void)
{
	uint64_t nbefore = info_now().system_calls;
	struct vgetrandom_info info;

	draw_away(100);
	draw_away(1);
	info = info_now();
	check_eq(info.system_calls, nbefore + 2);
	check_eq(info.is_active, 0);
	check(info.why_not != NULL);
	printf("said: %s\n", info.why_not);
	check(vgetrandom_prepare() < 0);
}

static void loses_the_right(void)
{
	struct rlimit limit = { 0, 0 };

	/* Before the fork, whose handler will want to lock. */
	if (setrlimit(RLIMIT_MEMLOCK, &limit))
		hard_error("setrlimit");
	in_child(makes_system_calls);
}

static void uses_an_eighth(size_t may_lock)
{
	struct mapping arena = mapping_of(own_state());

	check((size_t)(arena.end - arena.start) <= may_lock / 8);
	in_child(loses_the_right);
}

static void start(char **argv, const char *how, size_t may_lock)
{
	char *again[] = { argv[0], (char *)how, NULL };
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		hard_error("fork");
	if (pid) {
		pass_on(wait_for(pid));
		return;
	}
	become_nobody(may_lock);
	restart_with(again, "VGETRANDOM_MEMORY", "locked");
}

int main(int argc, char **argv)
{
	const size_t eight_pages = 8 * (size_t)sysconf(_SC_PAGESIZE);

	if (argc > 1)
		prctl(PR_SET_DUMPABLE, 1);
	if (argc == 1) {
		start(argv, "none", 0);
		start(argv, "little", eight_pages - 1);
		start(argv, "some", 8 * eight_pages);
		return 0;
	}
	check_tier();
	if (strcmp(argv[1], "some"))
		makes_system_calls();
	else if (info_now().memory == VGETRANDOM_MEMORY_LOCKED)
		uses_an_eighth(8 * eight_pages);
	else
		skip("no memory can be locked here: %s", info_now().why_not);
	return 0;
}
