/* SPDX-License-Identifier: MIT */
/*
 * Claim: where getrandom(2) is not there (ENOSYS), the drop-in's arc4random and
 * its kin give what libc's own give, and so a program does not die for having
 * been started with it.
 *
 * To see it fail: in preload/getrandom.c, do not look up libc's arc4random_buf.
 */
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

#include "check-filter.h"
#include "check-preload.h"

#if !defined(__GLIBC__) || \
	__GLIBC__ < 2 || (__GLIBC__ == 2 && __GLIBC_MINOR__ < 36)
int main(void)
{
	skip("this C library has no arc4random of its own");
}
#else

static void draw_everything(void)
{
	uint32_t words[8];
	uint8_t bytes[1000];
	int i;

	for (i = 0; i < 8; i++)
		words[i] = arc4random();
	check_unique_windows(words, sizeof(words));
	for (i = 0; i < 1000; i++)
		check(arc4random_uniform(10) < 10);
	arc4random_buf(bytes, sizeof(bytes));
	check_unique_windows(bytes, sizeof(bytes));
}

/* In a child, which libc may end. */
static int status_where_refused(void)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		filter_refuse(SYS_getrandom, ENOSYS);
		draw_everything();
		_exit(0);
	}
	check_eq(waitpid(pid, &status, 0), pid);
	return status;
}

int main(int argc, char **argv)
{
	int status = status_where_refused();

	(void)argc;
	if (!check_preloaded() && status)
		skip("libc's own arc4random gives up there too");
	check_eq(status, 0);
	check_preload(argv);
	return 0;
}
#endif
