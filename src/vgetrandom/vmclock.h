/* SPDX-License-Identifier: MIT */
/*
 * vmclock.h - the hypervisor's own count of VM clones, mapped.
 */
#ifndef VGR_VMCLOCK_H
#define VGR_VMCLOCK_H

#include <stdint.h>

#define VGR_VMCLOCK_PATH "/dev/vmclock0"

/* NULL, or why there is no VMClock to be had.  path is a parameter for tests. */
const char *vgr_vmclock_init(const char *path);

/* vm_generation_counter + 1 by load-acquire; 0 without VMClock. */
uint64_t vgr_vmclock_now(void);

#endif
