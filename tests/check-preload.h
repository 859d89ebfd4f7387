/* SPDX-License-Identifier: MIT */
/*
 * check-preload.h - runs a test program once more with the drop-in preloaded,
 * as a program that has never heard of it.
 *
 * The first run says which tier there is (its own copy of the library stands
 * under the same conditions), then becomes the second.
 */
#ifndef CHECK_PRELOAD_H
#define CHECK_PRELOAD_H

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "check-tier.h"

static inline const char *check_preload_path(void)
{
	static char path[PATH_MAX];
	char folder[PATH_MAX - 40];
	const char *build = getenv("builddir");

	if (!realpath(build ? build : ".", folder))
		hard_error("no build folder");
	snprintf(path, sizeof(path), "%s/.libs/libvgetrandom-preload.so",
		 folder);
	if (access(path, R_OK))
		hard_error("%s is not there: run this in the build folder, or set builddir",
			   path);
	return path;
}

/* Starts this program again with "more" (NAME=VALUE, or NULL) set as well. */
static inline _Noreturn void check_preload_again(char **argv, char *more)
{
	setenv("LD_PRELOAD", check_preload_path(), 1);
	setenv("CHECK_PRELOADED", "1", 1);
	if (more)
		putenv(more);
	execv("/proc/self/exe", argv);
	hard_error("exec");
}

/* The same in a child, which must pass: a seccomp filter would survive exec. */
static inline void check_preload_in_child(char **argv, char *more)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		check_preload_again(argv, more);
	check_eq(waitpid(pid, &status, 0), pid);
	check(WIFEXITED(status));
	if (WEXITSTATUS(status))
		_exit(WEXITSTATUS(status));
}

/* Returns in the run that has the drop-in. */
static inline void check_preload(char **argv)
{
	if (getenv("CHECK_PRELOADED"))
		return;
	check_tier();
	check_preload_again(argv, NULL);
}

#endif
