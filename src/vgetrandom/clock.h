/* SPDX-License-Identifier: MIT */
/*
 * clock.h - minutes, as a word that keys can be compared with.
 *
 * Called through the vDSO or not at all: a clock that needs a system call would
 * break a sandbox (and cost as much as the random bytes).  So only the coarse
 * ones: for the others the vDSO makes a system call where the machine's clock is
 * a device (HPET, ACPI), as in many a virtual machine.  CLOCK_BOOTTIME has no
 * coarse kin; the time of day does not stop either.  Who sets it costs us a key.
 */
#ifndef VGR_CLOCK_H
#define VGR_CLOCK_H

#include <stdint.h>
#include <time.h>

#define VGR_CLOCK_MONOTONIC_COARSE CLOCK_MONOTONIC_COARSE	/* stops in suspend */
#define VGR_CLOCK_REALTIME_COARSE CLOCK_REALTIME_COARSE		/* does not */

/* NULL, or why there is no clock. */
const char *vgr_clock_init(void);

/* Minutes, counted from 1; 0 without a clock. */
uint64_t vgr_clock_minutes(clockid_t clock);

#endif
