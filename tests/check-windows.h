/* SPDX-License-Identifier: MIT */
/*
 * check-windows.h - who has given out which eight bytes: a table of all windows
 * of eight bytes, emptied at no cost.
 *
 * Eight: two that are equal by chance are one in 2^64.
 */
#ifndef CHECK_WINDOWS_H
#define CHECK_WINDOWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define WINDOW_LEN	8

struct window {
	uint64_t bytes;
	uint32_t filling;	/* the table's, or this place is empty */
	uint32_t whose;
};

struct windows {
	struct window *at;
	size_t size;		/* a power of two */
	size_t n;
	uint32_t filling;
};

static inline void windows_init(struct windows *table, size_t size)
{
	*table = (struct windows){ .at = calloc(size, sizeof(*table->at)),
				   .size = size, .filling = 1 };
	if (!table->at)
		hard_error("no memory for windows");
}

static inline void windows_empty(struct windows *table)
{
	table->filling++;
	table->n = 0;
}

/* Where it is, or belongs. */
static inline struct window *windows_place(const struct windows *table,
					   const void *bytes)
{
	struct window *place;
	uint64_t wanted;
	size_t i;

	memcpy(&wanted, bytes, sizeof(wanted));
	i = (size_t)((wanted * 0x9e3779b97f4a7c15) >> 24);
	for (;; i++) {
		place = &table->at[i & (table->size - 1)];
		if (place->filling != table->filling || place->bytes == wanted)
			return place;
	}
}

/* NULL: nobody has had the eight bytes. */
static inline const struct window *windows_find(const struct windows *table,
						const void *bytes)
{
	const struct window *place = windows_place(table, bytes);

	return place->filling == table->filling ? place : NULL;
}

/* Adds them; the one that was there already, or NULL. */
static inline const struct window *windows_add(struct windows *table,
					       const void *bytes, uint32_t whose)
{
	struct window *place = windows_place(table, bytes);

	if (place->filling == table->filling)
		return place;
	if (2 * ++table->n > table->size)
		hard_error("too many windows");
	memcpy(&place->bytes, bytes, sizeof(place->bytes));
	place->filling = table->filling;
	place->whose = whose;
	return NULL;
}

#endif
