/* SPDX-License-Identifier: MIT */
/*
 * Claim: before the kernel's generator is ready, at that moment and after it,
 * each answer of vgetrandom() is the system call's: for every flag and every
 * length, the call that waits included, which a signal ends with EINTR.
 *
 * Runs in a guest without entropy; elsewhere the generator is ready and all of
 * this is skipped.
 *
 * To see it fail: have vgr_kernel_word_now not look at is_ready, or let
 * vgr_generator_fill serve a request of length 0 without a key.
 */
#include <errno.h>
#include <linux/random.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "check-tier.h"
#include "check.h"
#include "vgetrandom.h"

#define NFLAGS		16		/* the three that are known, and one */

static const size_t lens[] = { 0, 1, 33, 4096 };

static int is_ready(void)
{
	uint8_t byte;

	return syscall(SYS_getrandom, &byte, 1, GRND_NONBLOCK) == 1;
}

struct answer {
	long got;
	int error;
};

static struct answer kernel_says(void *buf, size_t len, unsigned int flags)
{
	long got = syscall(SYS_getrandom, buf, len, flags);

	return (struct answer){ got, got < 0 ? errno : 0 };
}

static struct answer we_say(void *buf, size_t len, unsigned int flags)
{
	long got = vgetrandom(buf, len, flags);

	return (struct answer){ got, got < 0 ? errno : 0 };
}

/* Never readier than the kernel was after, nor less than it was before. */
static void compare(unsigned int flags, size_t len, int with_buffer)
{
	uint8_t bytes[4096], *buf = with_buffer ? bytes : NULL;
	struct answer before, ours, after;

	before = kernel_says(buf, len, flags);
	ours = we_say(buf, len, flags);
	after = kernel_says(buf, len, flags);
	if ((ours.got == before.got && ours.error == before.error) ||
	    (ours.got == after.got && ours.error == after.error))
		return;
	printf("flags %u, length %zu%s: %ld (%s), the kernel %ld (%s)\n",
	       flags, len, buf ? "" : ", no buffer", ours.got,
	       strerror(ours.error), before.got, strerror(before.error));
	check(!"the same answer as the kernel's");
}

/* What the kernel would wait for is asked below, with a signal to end it. */
static int would_wait(unsigned int flags)
{
	return !is_ready() && !(flags & (GRND_NONBLOCK | 4 /* INSECURE */ | 8));
}

static void compare_all(const char *when)
{
	unsigned int flags, n = 0;
	size_t i;

	for (flags = 0; flags < NFLAGS; flags++)
		for (i = 0; i < sizeof(lens) / sizeof(*lens); i++) {
			if (would_wait(flags))
				continue;
			compare(flags, lens[i], 1);
			compare(flags, lens[i], 0);
			n += 2;
		}
	printf("%s: %u answers are the kernel's\n", when, n);
}

static void on_alarm(int unused)
{
	(void)unused;
}

/*
 * Few times and short: while somebody waits, the kernel makes entropy of its
 * own, and is ready after some hundred milliseconds of that.
 */
static void be_interrupted(unsigned int flags, size_t len)
{
	const struct itimerval soon = { { 0, 2000 }, { 0, 2000 } };
	const struct itimerval never = { { 0, 0 }, { 0, 0 } };
	struct answer ours, kernels;
	uint8_t bytes[64];

	setitimer(ITIMER_REAL, &soon, NULL);
	kernels = kernel_says(bytes, len, flags);
	ours = we_say(bytes, len, flags);
	setitimer(ITIMER_REAL, &never, NULL);
	printf("waiting, flags %u, length %zu: %ld (%s), the kernel %ld (%s)\n",
	       flags, len, ours.got, strerror(ours.error), kernels.got,
	       strerror(kernels.error));
	if (is_ready())
		return;		/* it may have become so in between */
	check_eq(ours.got, kernels.got);
	check_eq(ours.error, kernels.error);
}

int main(void)
{
	const struct sigaction action = { .sa_handler = on_alarm };
	struct vgetrandom_info info = { .size = sizeof(info) };
	uint8_t bytes[64];
	int i;

	if (is_ready())
		skip("the kernel's generator is ready already");
	check_tier();
	compare_all("not ready");
	check(!is_ready());

	sigaction(SIGALRM, &action, NULL);
	be_interrupted(0, 33);
	be_interrupted(GRND_RANDOM, 33);
	be_interrupted(0, 0);
	check(!is_ready());
	compare_all("still not ready");

	for (i = 0; i < 64; i++) {
		check_eq(vgetrandom(bytes, sizeof(bytes), 4), sizeof(bytes));
		check_unique_windows(bytes, sizeof(bytes));
	}
	check_eq(vgetrandom_info(&info), 0);
	printf("GRND_INSECURE: %llu kernel keys so far\n",
	       (unsigned long long)info.kernel_keys);
	check_eq(info.kernel_keys, 0);

	/* The library waits as the kernel does, and is woken as it is. */
	check_eq(vgetrandom(bytes, sizeof(bytes), 0), sizeof(bytes));
	check(is_ready());
	check_unique_windows(bytes, sizeof(bytes));
	compare_all("ready");

	for (i = 0; i < 64; i++) {
		check_eq(vgetrandom(bytes, sizeof(bytes), 0), sizeof(bytes));
		check_unique_windows(bytes, sizeof(bytes));
	}
	check_eq(vgetrandom_info(&info), 0);
	printf("ready: %llu kernel keys, %s\n",
	       (unsigned long long)info.kernel_keys,
	       info.generation & VGETRANDOM_GENERATION_KERNEL ?
			"by the kernel's word" : "by the clock");
	check(!info.is_active || info.kernel_keys);
	check_tier();
	return 0;
}
