/* SPDX-License-Identifier: MIT */
/*
 * needle.c - bytes that should be nowhere else, and the search for them; see
 * needle.h.
 */
#include "needle.h"

#include <stdbool.h>
#include <string.h>

#define MASK		0x5c

void needle_learn(struct needle *needle, const uint8_t *bytes, size_t len)
{
	uint8_t any = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		needle->masked[i] = bytes[i] ^ MASK;
		any |= bytes[i];
	}
	needle->len = any ? len : 0;
}

/* Which byte pairs begin a window, one bit each. */
static uint64_t begins[65536 / 64];

static void index_needle(const struct needle *needle)
{
	size_t i;

	memset(begins, 0, sizeof(begins));
	for (i = 0; i + NEEDLE_WINDOW <= needle->len; i++) {
		unsigned int pair = needle->masked[i] |
				    (unsigned int)needle->masked[i + 1] << 8;

		begins[pair / 64] |= 1ull << pair % 64;
	}
}

static bool is_window(const struct needle *needle, const uint8_t *at)
{
	uint8_t masked[NEEDLE_WINDOW];
	size_t i;

	for (i = 0; i < NEEDLE_WINDOW; i++)
		masked[i] = at[i] ^ MASK;
	for (i = 0; i + NEEDLE_WINDOW <= needle->len; i++)
		if (!memcmp(needle->masked + i, masked, NEEDLE_WINDOW))
			return true;
	return false;
}

long needle_find(const struct needle *needle, const uint8_t *bytes, size_t len)
{
	size_t i;

	index_needle(needle);
	for (i = 0; i + NEEDLE_WINDOW <= len; i++) {
		unsigned int pair = (bytes[i] ^ MASK) |
				    (unsigned int)(bytes[i + 1] ^ MASK) << 8;

		if (begins[pair / 64] >> pair % 64 & 1 &&
		    is_window(needle, bytes + i))
			return (long)i;
	}
	return -1;
}
