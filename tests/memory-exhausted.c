/* SPDX-License-Identifier: MIT */
/*
 * Claim: a process without address space for keys makes one system call a
 * request, from its start or from the thread on that finds no state left, and
 * asks for memory once, not at each request.
 *
 * To see it fail: in grow() of pool.c, do not remember the refusal.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "check-child.h"
#include "check-draw.h"
#include "check-mapping.h"
#include "check-sanitizer.h"
#include "check-tier.h"
#include "check-watch.h"
#include "check.h"
#include "pool.h"

#define NREQUESTS 20

static size_t address_space_len(void)
{
	unsigned long npages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	if (!file || fscanf(file, "%lu", &npages) != 1)
		skip("no /proc/self/statm");
	fclose(file);
	return npages * (size_t)sysconf(_SC_PAGESIZE);
}

static void limit_address_space(rlim_t len)
{
	struct rlimit limit = { len, len };

	if (setrlimit(RLIMIT_AS, &limit))
		hard_error("setrlimit");
}

static void make_requests(void)
{
	uint8_t buf[NREQUESTS];
	size_t i;

	watch_begin();
	for (i = 0; i < NREQUESTS; i++)
		check_eq(vgetrandom(buf, i + 1, 0), (ssize_t)i + 1);
	watch_end();
}

static void all_are_getrandom(const struct watched *seen)
{
	pass_on(seen->status);
	check_eq(seen->ngetrandom, NREQUESTS);
	if (seen->nothers)
		printf("system call %ld\n", seen->last_other);
	check_eq(seen->nothers, 0);
}

/* ---- From the start ------------------------------------------------------- */

/* In a process that was started with too little. */
static void started_without(void)
{
	struct watched seen = { 0 };

	check_eq(check_tier(), 3);
	check(info_now().why_not != NULL);
	limit_address_space(RLIM_INFINITY);
	watch(&seen, make_requests);
	all_are_getrandom(&seen);
}

static void start_without(char **argv)
{
	char *again[] = { argv[0], "again", NULL };
	struct mapping arena = mapping_of(own_state());
	size_t len = address_space_len();
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		/* What it has now, without the arena, and not much else. */
		struct rlimit limit = {
			len - (size_t)(arena.end - arena.start) + 65536,
			RLIM_INFINITY,
		};

		if (setrlimit(RLIMIT_AS, &limit))
			hard_error("setrlimit");
		restart_with(again, "MEMORY_EXHAUSTED", "1");
	}
	pass_on(wait_for(pid));
}

/* ---- Later ----------------------------------------------------------------- */

static void *in_thread(void *unused)
{
	make_requests();
	check(!vgr_thread_has_slot());
	return unused;
}

static void leave_no_state(void)
{
	pthread_t thread;

	while (vgr_pool_claim(0))
		;
	limit_address_space(RLIM_INFINITY);
	if (pthread_create(&thread, NULL, in_thread, NULL))
		hard_error("pthread_create");
	pthread_join(thread, NULL);

	/* This thread has one, and keeps it. */
	draw_away(1000);
	check(vgr_thread_has_slot());
}

/* Room for what a test needs, not for another arena. */
static void run_out_of_states(void)
{
	struct rlimit limit = { address_space_len() + (1 << 20), RLIM_INFINITY };

	own_state();
	if (setrlimit(RLIMIT_AS, &limit))
		hard_error("setrlimit");
	leave_no_state();
}

int main(int argc, char **argv)
{
	struct watched seen = { 0 };

	skip_if_sanitized();
	if (argc > 1) {
		started_without();
		return 0;
	}
	if (check_tier() == 3)
		skip("no memory for keys anyway");
	start_without(argv);
	watch(&seen, run_out_of_states);
	all_are_getrandom(&seen);
	return 0;
}
