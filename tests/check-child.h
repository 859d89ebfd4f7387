/* SPDX-License-Identifier: MIT */
/*
 * check-child.h - parts of a test that need a process of their own: a child
 * that may die, and the same program started again with other settings.
 */
#ifndef CHECK_CHILD_H
#define CHECK_CHILD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static inline int wait_for(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		hard_error("waitpid");
	return status;
}

/* Runs body in a forked child; returns what wait(2) says of it. */
static inline int child_status(void (*body)(void))
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		hard_error("fork");
	if (!pid) {
		body();
		fflush(NULL);
		_exit(0);
	}
	return wait_for(pid);
}

/* What the child says of itself (failed, skipped) is said of the test. */
static inline void pass_on(int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status))
		_exit(WEXITSTATUS(status));
	if (WIFSIGNALED(status)) {
		fprintf(stderr, "the child was ended by signal %d\n",
			WTERMSIG(status));
		_exit(1);
	}
}

static inline void in_child(void (*body)(void))
{
	pass_on(child_status(body));
}

/*
 * The library reads its settings when it starts.  Returns at once if this
 * program was started with that one, else starts it again.
 */
static inline void restart_with(char **argv, const char *name,
				const char *value)
{
	const char *now = getenv(name);

	if (now && !strcmp(now, value))
		return;
	fflush(NULL);
	if (setenv(name, value, 1))
		hard_error("setenv");
	execv("/proc/self/exe", argv);
	hard_error("cannot start this program again");
}

#endif
