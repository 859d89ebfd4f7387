/* SPDX-License-Identifier: MIT */
/*
 * Claim: in a sandbox that refuses what the library asks for at its start
 * (droppable memory, advice, locks), each request is one getrandom system call
 * and nothing else: no abort, and nothing is asked for again.
 *
 * To see it fail: in vgr_thread_enter_slowly, where the library is not open,
 * start it again.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/mman.h>

#include "check-child.h"
#include "check-draw.h"
#include "check-filter.h"
#include "check-tier.h"
#include "check-watch.h"
#include "check.h"

#ifdef SYS_mmap2		/* what libc's mmap() calls on 32-bit machines */
#define MAP_CALL	SYS_mmap2
#else
#define MAP_CALL	SYS_mmap
#endif

#define NREQUESTS	20
#define MAP_TYPE_MASK	0xf
#define TYPE_DROPPABLE	8
#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK	18
#endif

static void make_requests(void)
{
	uint8_t buf[NREQUESTS * 100];
	size_t i;

	for (i = 0; i < NREQUESTS; i++)
		draw(buf, i * 100 + 1);
}

static void *in_thread(void *unused)
{
	watch_begin();
	make_requests();
	watch_end();
	return unused;
}

static void watched_requests(void)
{
	pthread_t thread;

	watch_begin();
	make_requests();
	watch_end();
	if (pthread_create(&thread, NULL, in_thread, NULL))
		hard_error("pthread_create");
	pthread_join(thread, NULL);
}

static void one_system_call_each(void)
{
	struct watched seen = { 0 };

	check_eq(info_now().is_active, 0);
	check(info_now().why_not != NULL);
	watch(&seen, watched_requests);
	pass_on(seen.status);
	if (seen.nothers)
		printf("another system call: %ld\n", seen.last_other);
	/* pthread_join may have to wait. */
	check(!seen.nothers || seen.last_other == SYS_futex);
	check_eq(seen.ngetrandom, 2 * NREQUESTS);
	check(vgetrandom_prepare() < 0);
}

/* What is refused; each needs a process of its own. */
static void refuse_droppable(void)
{
	filter_refuse_if(MAP_CALL, 3, MAP_TYPE_MASK, TYPE_DROPPABLE, EPERM);
}

static void refuse_droppable_and_advice(void)
{
	refuse_droppable();
	filter_refuse(SYS_madvise, EPERM);
}

static void refuse_droppable_and_locks(void)
{
	refuse_droppable();
	filter_refuse(SYS_mlock2, EPERM);
}

static void refuse_without_an_error(void)
{
	refuse_droppable();
	filter_refuse(SYS_mlock2, ENOSYS);
	filter_refuse(SYS_madvise, 0);		/* says yes and does nothing */
}

static const struct sandbox {
	const char *name;
	void (*put_up)(void);
	int tier;
} sandboxes[] = {
	{ "droppable", refuse_droppable, 2 },
	{ "advice", refuse_droppable_and_advice, 3 },
	{ "locks", refuse_droppable_and_locks, 3 },
	{ "lies", refuse_without_an_error, 3 },
};

static void look_inside(const struct sandbox *sandbox)
{
	int tier = check_tier();

	if (sandbox->tier == 2 && tier == 2) {
		make_requests();
		check_eq(info_now().system_calls, 0);
		return;
	}
	check_eq(tier, 3);
	one_system_call_each();
}

static void start_inside(char **argv, const struct sandbox *sandbox)
{
	char *again[] = { argv[0], (char *)sandbox->name, NULL };
	pid_t pid;

	printf("refused: %s\n", sandbox->name);
	fflush(NULL);
	pid = fork();
	if (pid) {
		pass_on(wait_for(pid));
		return;
	}
	sandbox->put_up();
	restart_with(again, "SANDBOX", sandbox->name);
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc == 1)
		check_tier();
	for (i = 0; i < sizeof(sandboxes) / sizeof(sandboxes[0]); i++)
		if (argc == 1)
			start_inside(argv, &sandboxes[i]);
		else if (!strcmp(argv[1], sandboxes[i].name))
			look_inside(&sandboxes[i]);
	return 0;
}
