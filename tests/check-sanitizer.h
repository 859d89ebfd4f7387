/* SPDX-License-Identifier: MIT */
/*
 * check-sanitizer.h - for tests that a sanitizer's own run-time library would
 * fail: it maps terabytes, makes system calls and enlarges frames.
 */
#ifndef CHECK_SANITIZER_H
#define CHECK_SANITIZER_H

#include "check.h"

static inline void skip_if_sanitized(void)
{
#ifdef __SANITIZE_ADDRESS__
	skip("this cannot be seen through a sanitizer");
#endif
#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || \
	__has_feature(thread_sanitizer)
	skip("this cannot be seen through a sanitizer");
#endif
#endif
}

#endif
