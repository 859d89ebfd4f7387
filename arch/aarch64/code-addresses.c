/* SPDX-License-Identifier: MIT */
/*
 * code-addresses.c - addresses that aarch64 code forms relative to its place:
 * adr, adrp with an add or an offset behind it, load from a literal.
 *
 * One pass from the first instruction to the last, branches not followed: what
 * a register was last seen to get, it is taken to hold.  What it gets back from
 * the stack before a return is not looked at.  Linux 6.12 has
 *
 *	adr	x23, data of a process in a time namespace
 *	adr	x0,  data of any other
 *	csel	x23, x23, x0, eq
 *	ldrb	w0, [x23, #8]
 *
 * so a register may hold one of several.
 */
#include <string.h>

#include "kernel-word.h"

#define MAX_HELD	4
#define ZERO_OR_SP	31

struct held {
	uintptr_t address[MAX_HELD];
	unsigned int n;
};

struct scan {
	struct held reg[32];
	uintptr_t low, high;
	uintptr_t *found;
	unsigned int n, max;
};

static void find(struct scan *scan, uintptr_t address)
{
	unsigned int i;

	if (address < scan->low || address >= scan->high ||
	    scan->n == scan->max)
		return;
	for (i = 0; i < scan->n; i++)
		if (scan->found[i] == address)
			return;
	scan->found[scan->n++] = address;
}

static uint32_t bits(uint32_t word, unsigned int low, unsigned int n)
{
	return word >> low & ((1u << n) - 1);
}

/* The n bits from low on, as a signed number. */
static intptr_t signed_bits(uint32_t word, unsigned int low, unsigned int n)
{
	intptr_t sign = (intptr_t)1 << (n - 1);

	return ((intptr_t)bits(word, low, n) ^ sign) - sign;
}

/* mov and csel: what "from" may hold, "to" may. */
static void add_held(struct held *to, const struct held *from)
{
	unsigned int i;

	for (i = 0; i < from->n && to->n < MAX_HELD; i++)
		to->address[to->n++] = from->address[i];
}

static void set(struct scan *scan, uint32_t to, const struct held *held)
{
	if (to != ZERO_OR_SP)
		scan->reg[to] = *held;
}

static void set_one(struct scan *scan, uint32_t to, uintptr_t address)
{
	set(scan, to, &(struct held){ { address }, 1 });
}

static void set_none(struct scan *scan, uint32_t to)
{
	set(scan, to, &(struct held){ .n = 0 });
}

static void set_either(struct scan *scan, uint32_t to, uint32_t first,
		       uint32_t second)
{
	struct held held = scan->reg[first];

	add_held(&held, &scan->reg[second]);
	set(scan, to, &held);
}

static void set_sum(struct scan *scan, uint32_t to, uint32_t from,
		    uintptr_t offset)
{
	struct held held = scan->reg[from];
	unsigned int i;

	for (i = 0; i < held.n; i++) {
		held.address[i] += offset;
		find(scan, held.address[i]);
	}
	set(scan, to, &held);
}

static void load(struct scan *scan, uint32_t base, uintptr_t offset)
{
	unsigned int i;

	for (i = 0; i < scan->reg[base].n; i++)
		find(scan, scan->reg[base].address[i] + offset);
}

/* Encodings: Arm Architecture Reference Manual, C4.1 */
static void look_at(struct scan *scan, uint32_t word, uintptr_t place)
{
	uint32_t to = bits(word, 0, 5), from = bits(word, 5, 5);
	uint32_t second = bits(word, 16, 5);
	uintptr_t words_on = (uintptr_t)signed_bits(word, 5, 19);
	uintptr_t bytes_on = words_on << 2 | bits(word, 29, 2);

	if ((word & 0x9f000000) == 0x10000000) {		/* adr */
		set_one(scan, to, place + bytes_on);
		find(scan, place + bytes_on);
	} else if ((word & 0x9f000000) == 0x90000000) {		/* adrp */
		set_one(scan, to, (place >> 12 << 12) + (bytes_on << 12));
	} else if ((word & 0xff800000) == 0x91000000) {		/* add, immediate */
		set_sum(scan, to, from,
			(uintptr_t)bits(word, 10, 12) << 12 * bits(word, 22, 1));
	} else if ((word & 0xffe0ffe0) == 0xaa0003e0) {		/* mov */
		set_either(scan, to, second, ZERO_OR_SP);
	} else if ((word & 0xffe00c00) == 0x9a800000) {		/* csel */
		set_either(scan, to, from, second);
	} else if ((word & 0x3fe00000) == 0x3a400000) {		/* ccmp, ccmn */
		return;						/* no result */
	} else if ((word & 0x1c000000) == 0x10000000 ||
		   (word & 0x0e000000) == 0x0a000000) {		/* any arithmetic */
		set_none(scan, to);
	} else if ((word & 0xbf000000) == 0x18000000) {		/* ldr, literal */
		find(scan, place + (words_on << 2));
		set_none(scan, to);
	} else if ((word & 0x3f000000) == 0x39000000 &&
		   bits(word, 22, 2)) {				/* ldr, offset */
		load(scan, from, (uintptr_t)bits(word, 10, 12) << bits(word, 30, 2));
		set_none(scan, to);
	} else if ((word & 0x3ffffc00) == 0x08dffc00) {		/* ldar */
		load(scan, from, 0);
		set_none(scan, to);
	}
}

unsigned int vgr_code_addresses(const uint8_t *code, size_t len,
				uintptr_t low, uintptr_t high,
				uintptr_t *found, unsigned int max)
{
	struct scan scan = {
		.low = low, .high = high, .found = found, .max = max
	};
	uint32_t word;
	size_t at;

	for (at = 0; at + 4 <= len; at += 4) {
		memcpy(&word, code + at, 4);
		look_at(&scan, word, (uintptr_t)code + at);
	}
	return scan.n;
}
