/* SPDX-License-Identifier: MIT */
/*
 * entropy.h - getrandom(2) itself: where keys come from, and who answers when
 * we do not.
 */
#ifndef VGR_ENTROPY_H
#define VGR_ENTROPY_H

#include <stdint.h>
#include <sys/types.h>

#include "state.h"

/*
 * Fetches a key without waiting for the kernel's generator.  Returns 0, or
 * -errno with the key undefined: -EAGAIN if the generator is not ready.
 */
int vgr_entropy_key(uint8_t key[VGR_KEY_LEN]);

/* The system call, counted: a length, or -errno. */
ssize_t vgr_entropy_request(void *buf, size_t len, unsigned int flags);

/* How often vgr_entropy_request was asked. */
uint64_t vgr_entropy_nrequests(void);

#endif
