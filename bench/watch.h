/* SPDX-License-Identifier: MIT */
/*
 * watch.h - one line on a terminal that says what is going on; nothing at
 * all where standard error is no terminal.
 */
#ifndef BENCH_WATCH_H
#define BENCH_WATCH_H

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static inline void __attribute__((format(printf, 1, 2)))
bench_watch(const char *format, ...)
{
	va_list args;

	if (!isatty(STDERR_FILENO))
		return;
	fputs("\r\033[K", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fflush(stderr);
}

static inline void bench_watch_clear(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

#endif
