/* SPDX-License-Identifier: MIT */
/*
 * host-libc.h - what host-libc.c wants to know of the C library it is in,
 * besides vgr_host_stack of host.h: host-glibc.c and host-musl.c say it.
 */
#ifndef VGR_HOST_LIBC_H
#define VGR_HOST_LIBC_H

#include <stdbool.h>

/*
 * Whether this is the only copy of libc here, or the first: another (dlmopen,
 * audit modules) hears neither of the ends of threads that the first one made
 * nor of its forks, and would lose their slots.
 */
bool vgr_libc_hears_of_all(void);

#endif
