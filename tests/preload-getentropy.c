/* SPDX-License-Identifier: MIT */
/*
 * Claim: the drop-in's getentropy answers as getentropy(3): over 256 bytes EIO,
 * NULL EFAULT, else all the bytes asked for and no more, with errno left alone;
 * where getrandom(2) is refused it gives that error, and EINTR is not one.
 *
 * To see it fail: drop the test against GETENTROPY_MAX, the loop, or the line
 * that puts errno back, in preload/getrandom.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>

#include "check-getrandom.h"
#include "check-preload.h"

static unsigned char buf[300];

static void check_error(void *to, size_t len, int error)
{
	errno = 0;
	check_eq(getentropy(to, len), -1);
	check_eq(errno, error);
}

static void check_lengths(void)
{
	unsigned char *edge = check_guarded(256, AT_END);
	size_t len;

	for (len = 0; len <= 256; len++) {
		memset(buf, 0, sizeof(buf));
		errno = EDOM;
		check_eq(getentropy(buf, len), 0);
		check_eq(errno, EDOM);
		check_eq(check_longest_zero_run(buf + len, sizeof(buf) - len),
			 sizeof(buf) - len);
		if (len >= 8)
			check(check_longest_zero_run(buf, len) < 8);
		check_eq(getentropy(edge + 256 - len, len), 0);
	}
	check_guarded_free(edge, 256, AT_END);
}

/* ---- A getrandom(2) that answers as the test likes ---------------------- */

#ifdef CHECK_AUDIT_ARCH
static long answers[8];		/* 0: the real one */
static int nanswers;

static void answer(int signal, siginfo_t *info, void *context)
{
	ucontext_t *here = context;
	long len = (long)CHECK_ARGUMENT(here, 1);
	long scripted = answers[nanswers < 7 ? nanswers++ : 7];

	(void)signal;
	(void)info;
	if (scripted > 0)
		len = scripted;		/* a short one */
	CHECK_RESULT(here) = scripted < 0 ? scripted :
		vgr_syscall(SYS_getrandom, (long)CHECK_ARGUMENT(here, 0), len,
			    0, 0, 0, CHECK_PASS);
}

static void check_kernels_answers(void)
{
	struct sigaction action = {
		.sa_sigaction = answer,
		.sa_flags = SA_SIGINFO,
	};

	check_getrandom_count();
	check_eq(sigaction(SIGSYS, &action, NULL), 0);

	memcpy(answers, (long[8]){ -EINTR, 100, -EINTR, 50, 50 },
	       sizeof(answers));
	memset(buf, 0, sizeof(buf));
	errno = EDOM;
	check_eq(getentropy(buf, 256), 0);
	check_eq(errno, EDOM);
	check_eq(nanswers, 6);
	check(check_longest_zero_run(buf, 256) < 8);
	check_eq(check_longest_zero_run(buf + 256, 44), 44);

	memcpy(answers, (long[8]){ -EPERM }, sizeof(answers));
	nanswers = 0;
	check_error(buf, 16, EPERM);
	memcpy(answers, (long[8]){ -EINTR, -ENOSYS }, sizeof(answers));
	nanswers = 0;
	check_error(buf, 16, ENOSYS);
}
#else
static void check_kernels_answers(void)
{
}
#endif

int main(int argc, char **argv)
{
	static char off[] = "VGETRANDOM_DISABLE=1";

	(void)argc;
	check_preload(argv);
	check_lengths();
	check_error(buf, 257, EIO);
	check_error(buf, (size_t)-1, EIO);
	check_error(NULL, 257, EIO);
	check_error(NULL, 1, EFAULT);
	check_error(NULL, 256, EFAULT);
	check_eq(getentropy(NULL, 0), 0);

	/* Each request a system call, so that the kernel's answers are seen. */
	if (!getenv("VGETRANDOM_DISABLE"))
		check_preload_again(argv, off);
	check_kernels_answers();
	return 0;
}
