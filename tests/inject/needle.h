/* SPDX-License-Identifier: MIT */
/*
 * needle.h - bytes that should be nowhere else, and the search for them.
 *
 * They are kept masked, so that we do not find ourselves.
 */
#ifndef INJECT_NEEDLE_H
#define INJECT_NEEDLE_H

#include <stddef.h>
#include <stdint.h>

#include "subject.h"

#define NEEDLE_WINDOW	8		/* so many bytes of it are a find */

struct needle {
	const char *name;
	size_t len;
	uint8_t masked[MAX_LEN];
};

/* A key whose page went after the last look is zeroes: nothing to look for. */
void needle_learn(struct needle *needle, const uint8_t *bytes, size_t len);

/* Offset of a window of the needle, or -1. */
long needle_find(const struct needle *needle, const uint8_t *bytes, size_t len);

#endif
