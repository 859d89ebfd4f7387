/* SPDX-License-Identifier: MIT */
/*
 * Claim: a state that crosses a page is -EFAULT; one of another length, or none
 * at all, makes the request a system call and is not touched; so does one at an
 * address that is no multiple of 8, while any other serves.  No byte outside a
 * state is ever written.
 *
 * To see it fail: in vgetrandom_opaque, leave out crosses_page.
 */
#include <string.h>

#include "check-opaque.h"
#include "check-tier.h"
#include "check-watch.h"
#include "check.h"

#define FILL	0x5a

static uint8_t *page, before[65536];
static size_t page_len;

static void remember(void)
{
	memcpy(before, page, page_len);
}

static void untouched(size_t from, size_t to)
{
	check_bytes(page + from, before + from, to - from);
}

static void crosses(void)
{
	uint8_t buf[16];
	size_t at;

	memset(page, FILL, page_len);
	remember();
	for (at = page_len - OPAQUE_STATE_LEN + 1; at < page_len; at++) {
		memset(buf, FILL, sizeof(buf));
		check_eq(vgetrandom_opaque(buf, sizeof(buf), 0, page + at,
					   OPAQUE_STATE_LEN), -EFAULT);
		check_bytes(buf, before, sizeof(buf));
	}
	untouched(0, page_len);
}

static const size_t strange_lens[] = {
	0, 1, 8, 144, OPAQUE_STATE_LEN - 1, OPAQUE_STATE_LEN + 1, 4096,
	~0ul - 1, ~0ul,
};
#define NSTRANGE (sizeof(strange_lens) / sizeof(strange_lens[0]))

static void strange_lengths(void)
{
	uint8_t buf[16];
	size_t i;

	remember();
	watch_begin();
	for (i = 0; i < NSTRANGE; i++)
		check_eq(vgetrandom_opaque(buf, sizeof(buf), 0, page,
					   strange_lens[i]), sizeof(buf));
	check_eq(vgetrandom_opaque(buf, sizeof(buf), 0, NULL, OPAQUE_STATE_LEN),
		 sizeof(buf));
	watch_end();
	untouched(0, page_len);
}

static void odd_address(size_t at)
{
	uint8_t buf[16];

	memset(page, FILL, page_len);
	remember();
	opaque_draw(page + at, buf, sizeof(buf));
	check_unique_windows(buf, sizeof(buf));
	untouched(0, page_len);
}

static void any_address(void)
{
	size_t at, last = page_len - OPAQUE_STATE_LEN;
	uint8_t buf[3000];

	for (at = 8; at < last; at = at * 2 + 8) {
		odd_address(at + 1);
		odd_address(at + 4);
		memset(page, 0, page_len);
		memset(page, FILL, at);
		memset(page + at + OPAQUE_STATE_LEN, FILL, last - at);
		remember();
		opaque_draw(page + at, buf, 100);
		check_unique_windows(buf, 100);
		opaque_draw(page + at, buf, sizeof(buf));
		check_unique_windows(buf, sizeof(buf));
		untouched(0, at);
		untouched(at + OPAQUE_STATE_LEN, page_len);
	}
}

int main(void)
{
	struct watched seen = { 0 };

	check_tier();
	page_len = (size_t)sysconf(_SC_PAGESIZE);
	if (page_len > sizeof(before))
		hard_error("a page of %zu bytes", page_len);
	page = opaque_states(page_len / OPAQUE_STATE_LEN);
	crosses();

	watch(&seen, strange_lengths);
	pass_on(seen.status);
	check_eq(seen.ngetrandom, NSTRANGE + 1);
	check_eq(seen.nothers, 0);

	any_address();
	return 0;
}
