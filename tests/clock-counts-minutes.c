/* SPDX-License-Identifier: MIT */
/*
 * Claim: the clock's word stays the same for a minute, and counts the seconds
 * that clock_gettime counts, whichever time_t the library was built with.
 *
 * To see it fail: on a 32-bit machine build with -D_TIME_BITS=64, and have
 * clock.c hand a struct timespec to the vDSO.
 */
#include <stdio.h>
#include <unistd.h>

#include "check.h"
#include "clock.h"

static uint64_t minutes_of_libc(clockid_t clock)
{
	struct timespec time;

	check_eq(clock_gettime(clock, &time), 0);
	return (uint64_t)time.tv_sec / 60 + 1;
}

static void check_clock(const char *name, clockid_t clock)
{
	uint64_t before, word, after;
	int i;

	for (i = 0; i < 20; i++) {
		before = minutes_of_libc(clock);
		word = vgr_clock_minutes(clock);
		after = minutes_of_libc(clock);
		check(before <= word && word <= after);
		usleep(5000);
	}
	printf("%s: minute %llu, time_t of %zu bytes\n", name,
	       (unsigned long long)word, sizeof(time_t));
}

int main(void)
{
	const char *why = vgr_clock_init();

	if (why)
		skip("%s", why);
	check_clock("CLOCK_MONOTONIC_COARSE", VGR_CLOCK_MONOTONIC_COARSE);
	check_clock("CLOCK_REALTIME_COARSE", VGR_CLOCK_REALTIME_COARSE);
	return 0;
}
