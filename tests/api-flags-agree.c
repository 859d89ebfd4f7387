/* SPDX-License-Identifier: MIT */
/*
 * Claim: every combination of flags, length and buffer gets the return value
 * and errno that getrandom(2) gives on this machine, writes what it says and
 * no byte more, and nothing at all where the flags are refused; with a fresh
 * key, with a stale one, and where no key may be made.
 *
 * To see it fail: in vgr_api_serves_flags of api.c, leave out the line about
 * GRND_RANDOM with GRND_INSECURE.
 */
#include <errno.h>
#include <linux/random.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check-tier.h"
#include "check.h"
#include "vgetrandom.h"

#define FILL	0xa5
#define MAX_LEN	1000

static const size_t lens[] = { 0, 1, 16, 256, 257, MAX_LEN };

static unsigned long nasked;

static void complain(const char *what, unsigned int flags, size_t len,
		     const void *buf)
{
	printf("flags %#x, %zu bytes, buffer %p: %s\n", flags, len, buf, what);
	check_failed(__FILE__, __LINE__, "the library does as the kernel does");
}

/* What was not to be written; room: the end of the buffer. */
static void look_at_rest(const uint8_t *buf, ssize_t written,
			 unsigned int flags, size_t len)
{
	size_t i;

	for (i = written < 0 ? 0 : (size_t)written; i < MAX_LEN; i++)
		if (buf[i] != FILL)
			complain("a byte too many", flags, len, buf);
	if (written >= 16 && check_longest_zero_run(buf, (size_t)written) >= 8)
		complain("zeros", flags, len, buf);
	if (written >= 16 && buf[written - 1] == FILL &&
	    buf[written - 2] == FILL && buf[written - 3] == FILL &&
	    buf[written - 4] == FILL)
		complain("not written", flags, len, buf);
}

static void ask_both(unsigned int flags, size_t len, int has_buf)
{
	static uint8_t kernels[MAX_LEN], ours[MAX_LEN];
	ssize_t wanted, got;
	int wanted_errno, got_errno;

	errno = 0;
	wanted = syscall(SYS_getrandom, has_buf ? kernels : NULL, len, flags);
	wanted_errno = errno;

	memset(ours, FILL, sizeof(ours));
	errno = 0;
	got = vgetrandom(has_buf ? ours : NULL, len, flags);
	got_errno = errno;

	if (got != wanted || got_errno != wanted_errno) {
		printf("kernel: %zd, errno %d; library: %zd, errno %d\n",
		       wanted, wanted_errno, got, got_errno);
		complain("another answer", flags, len, has_buf ? ours : NULL);
	}
	look_at_rest(ours, has_buf ? got : 0, flags, len);
	nasked++;
}

static void ask_with(unsigned int flags)
{
	size_t i;

	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		ask_both(flags, lens[i], 1);
		ask_both(flags, lens[i], 0);
	}
}

static void ask_all(int stale)
{
	unsigned int flags, bit;

	for (flags = 0; flags < 16; flags++) {
		if (stale)
			vgetrandom_reseed();
		ask_with(flags);
		for (bit = 4; bit < 32; bit++)
			ask_with(flags | 1u << bit);
	}
	ask_with(~0u);
}

int main(void)
{
	check_tier();
	ask_all(0);
	ask_all(1);
	vgetrandom_quiesce();
	ask_all(0);
	vgetrandom_reseed();
	printf("%lu requests\n", nasked);
	return 0;
}
