/* SPDX-License-Identifier: MIT */
/*
 * Claim: entering a time namespace, by fork or by exec, and leaving it again
 * costs no byte: what is drawn there was never drawn before, from a key that
 * some source still watches, and no access faults.
 *
 * From 6.11 to 6.15 the vDSO's generation word lies elsewhere inside a time
 * namespace; a process that comes to be in one is left with a word of zeros.
 *
 * To see it fail: have compare_once (kernel-word.c) call a word of 0 undecided;
 * on 6.12 every request inside is a system call then.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check-tier.h"
#include "check.h"
#include "vgetrandom.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME	0x00000080
#endif

static int channel[2];

static struct vgetrandom_info info_now(void)
{
	struct vgetrandom_info info = { .size = sizeof(info) };

	check_eq(vgetrandom_info(&info), 0);
	return info;
}

/* Draws and passes on to the parent, which alone can compare. */
static void draw_and_report(void)
{
	uint8_t bytes[256];
	int i;

	for (i = 0; i < 32; i++) {
		check_eq(vgetrandom(bytes, sizeof(bytes), 0), sizeof(bytes));
		check_eq(write(channel[1], bytes, sizeof(bytes)), sizeof(bytes));
	}
}

static void draw_here(const char *where)
{
	struct vgetrandom_info before, after;

	printf("%s: ", where);
	before = info_now();
	draw_and_report();
	after = info_now();
	check_tier();

	/* One request may find the word wrong; none after it may be turned away. */
	if (before.is_active)
		check(after.system_calls - before.system_calls <= 1);
}

static void leave_namespace(void)
{
	int outside = open("/proc/1/ns/time", O_RDONLY | O_CLOEXEC);

	if (outside < 0 || setns(outside, CLONE_NEWTIME))
		hard_error("cannot leave the namespace: %s", strerror(errno));
	close(outside);
}

static void compare_all(void)
{
	uint8_t bytes[256];
	ssize_t len;

	close(channel[1]);
	while ((len = read(channel[0], bytes, sizeof(bytes))) > 0) {
		check_eq(len, sizeof(bytes));
		check_unique_windows(bytes, sizeof(bytes));
	}
	close(channel[0]);
}

static void run_child(void (*body)(void))
{
	int status;
	pid_t child;

	check_eq(pipe(channel), 0);
	fflush(stdout);
	child = fork();
	check(child >= 0);
	if (!child) {
		body();
		fflush(stdout);
		_exit(0);
	}
	compare_all();
	check_eq(waitpid(child, &status, 0), child);
	check_eq(status, 0);
}

static void in_fork_child(void)
{
	draw_here("forked into a time namespace");
	leave_namespace();
	draw_here("and out of it");
}

static void in_exec_child(void)
{
	char to[16];

	snprintf(to, sizeof(to), "%d", channel[1]);
	execl("/proc/self/exe", "time-namespace", to, NULL);
	hard_error("exec: %s", strerror(errno));
}

static void start_inside(const char *to)
{
	sscanf(to, "%d", &channel[1]);
	draw_here("started in a time namespace");
	leave_namespace();
	draw_here("and out of it");
}

int main(int argc, char **argv)
{
	uint8_t bytes[64];

	if (argc > 1) {
		start_inside(argv[1]);
		return 0;
	}
	check_tier();
	check_eq(vgetrandom(bytes, sizeof(bytes), 0), sizeof(bytes));
	check_unique_windows(bytes, sizeof(bytes));

	if (unshare(CLONE_NEWTIME))
		skip("no time namespace to be had: %s", strerror(errno));
	run_child(in_fork_child);
	run_child(in_exec_child);
	return 0;
}
