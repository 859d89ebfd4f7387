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

/* AddressSanitizer has its own malloc, and wants to be loaded first. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CHECK_ASAN 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define CHECK_ASAN 1
#endif

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

/* In the run that has the drop-in: the tier, as check_tier has it.  Else 0. */
static inline int check_preloaded(void)
{
	const char *tier = getenv("CHECK_PRELOADED");

	return tier ? atoi(tier) : 0;
}

/* Prints the tier, once, and keeps it for the run that has the drop-in. */
static inline int check_preload_tier(void)
{
	static char tier[2];

	if (!check_preloaded()) {
		tier[0] = (char)('0' + check_tier());
		setenv("CHECK_PRELOADED", tier, 1);
	}
	return check_preloaded();
}

/* Starts this program again with "more" (NAME=VALUE, or NULL) set as well. */
static inline _Noreturn void check_preload_again(char **argv, char *more)
{
	check_preload_tier();
#if defined(CHECK_ASAN) && !defined(__clang__)
	skip("gcc's AddressSanitizer lets nothing be loaded before its library");
#endif
	setenv("LD_PRELOAD", check_preload_path(), 1);
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
	if (!check_preloaded())
		check_preload_again(argv, NULL);
}

#endif
