/* SPDX-License-Identifier: MIT */
/*
 * code-addresses.c - for architectures whose code we do not read: no address
 * is found, and the kernel's generation word is not used.
 */

#include "kernel-word.h"

unsigned int vgr_code_addresses(const uint8_t *code, size_t len,
				uintptr_t low, uintptr_t high,
				uintptr_t *found, unsigned int max)
{
	(void)code;
	(void)len;
	(void)low;
	(void)high;
	(void)found;
	(void)max;
	return 0;
}
