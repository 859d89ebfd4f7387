/* SPDX-License-Identifier: MIT */
/*
 * code-addresses.c - addresses that x86_64 code forms relative to %rip.
 *
 * Such an operand is a 32-bit displacement from the end of its instruction,
 * which ends there or after an immediate of 1 or 4 bytes.  Instead of decoding
 * instructions, each byte is tried as the first of a displacement: few of the
 * wrong ones fall into the range asked for.
 */
#include <string.h>

#include "kernel-word.h"

unsigned int vgr_code_addresses(const uint8_t *code, size_t len,
				uintptr_t low, uintptr_t high,
				uintptr_t *found, unsigned int max)
{
	static const unsigned int immediate_lens[] = { 0, 1, 4 };
	unsigned int n = 0, i;
	uintptr_t address;
	int32_t displacement;
	size_t at;

	for (at = 0; at + 4 <= len; at++) {
		memcpy(&displacement, code + at, 4);
		for (i = 0; i < 3 && n < max; i++) {
			address = (uintptr_t)code + at + 4 + immediate_lens[i] +
				  displacement;
			if (address >= low && address < high)
				found[n++] = address;
		}
	}
	return n;
}
