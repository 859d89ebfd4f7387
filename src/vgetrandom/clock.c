/* SPDX-License-Identifier: MIT */
/*
 * clock.c - the vDSO's clock_gettime, called directly.
 */
#include "clock.h"

#include "vdso.h"

/*
 * It writes two longs, seconds first, whichever time_t this was built with; and
 * on x32, whose longs are short, twice as much.
 */
typedef int clock_gettime_fn(clockid_t clock, long time[4]);

static clock_gettime_fn *clock_gettime_vdso;

const char *vgr_clock_init(void)
{
	struct vgr_vdso_function found = vgr_vdso_find("clock_gettime");

	clock_gettime_vdso = (clock_gettime_fn *)(uintptr_t)found.code;
	if (!vgr_clock_minutes(VGR_CLOCK_MONOTONIC_COARSE) ||
	    !vgr_clock_minutes(VGR_CLOCK_REALTIME_COARSE)) {
		clock_gettime_vdso = NULL;
		return "no vDSO clock";
	}
	return NULL;
}

uint64_t vgr_clock_minutes(clockid_t clock)
{
	long time[4];

	if (!clock_gettime_vdso || clock_gettime_vdso(clock, time))
		return 0;
	return (unsigned long)time[0] / 60 + 1;
}
