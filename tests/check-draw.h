/* SPDX-License-Identifier: MIT */
/*
 * check-draw.h - a request that must be served whole, and what the library
 * says of itself.
 */
#ifndef CHECK_DRAW_H
#define CHECK_DRAW_H

#include "check.h"
#include "vgetrandom.h"

/*
 * AddressSanitizer has locks that a fork in another thread leaves held, and
 * marks on the stack that a cancelled thread leaves there.
 */
#if defined(__SANITIZE_ADDRESS__)
#define UNDER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ASAN 1
#endif
#endif
#ifndef UNDER_ASAN
#define UNDER_ASAN 0
#endif

static inline void draw(void *to, size_t len)
{
	check_eq(vgetrandom(to, len, 0), (ssize_t)len);
}

/* For those who want the request, not the bytes. */
static inline void draw_away(size_t len)
{
	uint8_t bytes[1024];

	for (; len > sizeof(bytes); len -= sizeof(bytes))
		draw(bytes, sizeof(bytes));
	draw(bytes, len);
}

static inline struct vgetrandom_info info_now(void)
{
	struct vgetrandom_info info = { .size = sizeof(info) };

	check_eq(vgetrandom_info(&info), 0);
	return info;
}

#endif
