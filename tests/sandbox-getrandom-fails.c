/* SPDX-License-Identifier: MIT */
/*
 * Claim: where the kernel refuses getrandom itself, the caller gets the
 * kernel's errno and no byte in his buffer, and vgetrandom_buf() and its kin
 * write one line and abort; a key that is there goes on serving until it is
 * stale.
 *
 * To see it fail: in vgr_api_fall_back of api.c, wipe nothing; in die(), return.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "check-child.h"
#include "check-draw.h"
#include "check-filter.h"
#include "check-inside.h"
#include "check-tier.h"
#include "check.h"

static const int errors[] = { EPERM, ENOSYS, EACCES };
#define NERRORS (sizeof(errors) / sizeof(errors[0]))

static int error;

static void refused(void)
{
	static const size_t lens[] = { 1, 16, 928, 5000, 300000 };
	static uint8_t buf[300000];
	size_t i;

	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		errno = 0;
		memset(buf, 0, lens[i]);
		check_eq(vgetrandom(buf, lens[i], 0), -1);
		check_eq(errno, error);
		check_eq(check_longest_zero_run(buf, lens[i]), lens[i]);
	}
}

/* The sandbox was there before the key. */
static void from_the_start(void)
{
	filter_refuse(SYS_getrandom, error);
	vgetrandom_reseed();
	refused();
	refused();
}

static void once_stale(void)
{
	uint8_t buf[300];
	int i;

	draw(buf, 1);
	filter_refuse(SYS_getrandom, error);
	if (info_now().is_active)
		for (i = 0; i < 100; i++)
			draw(buf, sizeof(buf));
	vgetrandom_reseed();
	refused();
}

static void go_stale_and_refuse(void)
{
	vgetrandom_reseed();
	filter_refuse(SYS_getrandom, error);
}

/* Half of it was in the buffer already when the key went stale. */
static void midway(void)
{
	const size_t len = 40000;
	uint8_t *to;

	if (!info_now().is_active)
		return;
	inside_init(0);
	to = inside_arm(len, len / 2, go_stale_and_refuse);
	errno = 0;
	check_eq(vgetrandom(to, len, 0), -1);
	check_eq(errno, error);
	check_eq(check_longest_zero_run(to, len), len);
	check_eq(inside_disarm(), 1);
}

/* ---- What cannot fail ---------------------------------------------------- */

static void draw_buf(void)
{
	uint8_t buf[16];

	vgetrandom_buf(buf, sizeof(buf));
}

static void draw_large_buf(void)
{
	static uint8_t buf[300000];

	vgetrandom_buf(buf, sizeof(buf));
}

static void draw_u32(void)
{
	vgetrandom_u32();
}

static void draw_u64(void)
{
	vgetrandom_u64();
}

static void draw_uniform(void)
{
	vgetrandom_uniform32(6);
	vgetrandom_uniform64(6);
}

static void (*const cannot_fail[])(void) = {
	draw_buf, draw_large_buf, draw_u32, draw_u64, draw_uniform,
};

static void (*draws)(void);
static int said[2];

/* A call that waited for better times would be ended by the alarm. */
static void dies(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	signal(SIGABRT, SIG_DFL);
	filter_refuse(SYS_getrandom, error);
	vgetrandom_reseed();
	alarm(20);
	dup2(said[1], STDERR_FILENO);
	draws();
}

static void says_one_line_and_aborts(void)
{
	char words[1000];
	ssize_t len;
	int status;

	if (pipe(said))
		hard_error("pipe");
	status = child_status(dies);
	close(said[1]);
	check(WIFSIGNALED(status));
	check_eq(WTERMSIG(status), SIGABRT);
	len = read(said[0], words, sizeof(words));
	close(said[0]);
	check(len > 0);
	check(memchr(words, '\n', (size_t)len) == words + len - 1);
	check(check_contains(words, (size_t)len, "libvgetrandom: ", 15));
}

int main(int argc, char **argv)
{
	size_t i, k;

	(void)argc;
	check_tier();
	for (i = 0; i < NERRORS; i++) {
		error = errors[i];
		in_child(from_the_start);
		in_child(once_stale);
		in_child(midway);
		for (k = 0; k < sizeof(cannot_fail) / sizeof(cannot_fail[0]);
		     k++) {
			draws = cannot_fail[k];
			says_one_line_and_aborts();
		}
	}
	/* "Nothing done, and no error" is a refusal, too. */
	error = 0;
	draws = draw_buf;
	says_one_line_and_aborts();

	restart_with(argv, "VGETRANDOM_DISABLE", "1");
	return 0;
}
