/* SPDX-License-Identifier: MIT */
/*
 * api.h - what the public calls share among themselves.
 */
#ifndef VGR_API_H
#define VGR_API_H

#include <stdbool.h>
#include <sys/types.h>

/* Asks the kernel which flags it knows.  Once, by the library's start. */
void vgr_api_learn_flags(void);

/* Whether these flags may be served in user space; else the kernel decides. */
bool vgr_api_serves_flags(unsigned int flags);

/* The system call in place of a slot: a length, or -errno. */
ssize_t vgr_api_fall_back(void *buf, size_t len, unsigned int flags,
			  bool is_written);

/* In a fork child: states that other threads were inside of are free. */
void vgr_opaque_fork_child(void);

#endif
