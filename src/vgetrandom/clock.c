/* SPDX-License-Identifier: MIT */
/*
 * clock.c - the vDSO's clock_gettime, called directly.
 */
#include "clock.h"

#include "vdso.h"

typedef int clock_gettime_fn(clockid_t clock, struct timespec *time);

static clock_gettime_fn *clock_gettime_vdso;

const char *vgr_clock_init(void)
{
	struct vgr_vdso_function found = vgr_vdso_find("clock_gettime");

	/* 32-bit timespecs would do: only the seconds are looked at. */
	clock_gettime_vdso = (clock_gettime_fn *)(uintptr_t)found.code;
	if (!vgr_clock_minutes(VGR_CLOCK_MONOTONIC_COARSE) ||
	    !vgr_clock_minutes(VGR_CLOCK_BOOTTIME)) {
		clock_gettime_vdso = NULL;
		return "no vDSO clock";
	}
	return NULL;
}

uint64_t vgr_clock_minutes(clockid_t clock)
{
	struct timespec time;

	if (!clock_gettime_vdso || clock_gettime_vdso(clock, &time))
		return 0;
	return (uint64_t)time.tv_sec / 60 + 1;
}
