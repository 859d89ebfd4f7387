/* SPDX-License-Identifier: MIT */
/*
 * check.c - see check.h.  Leaves with _exit, so that a check that fails in a
 * child process runs none of its parent's exit handlers.
 *
 * Not for several threads at once, except check_failed and its kin.
 */
#include "check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { FAILED = 1, SKIPPED = 77, HARD_ERROR = 99 };

static _Noreturn void leave(int status)
{
	fflush(NULL);
	_exit(status);
}

_Noreturn void check_failed(const char *file, int line, const char *claim)
{
	fprintf(stderr, "%s:%d: not true: %s\n", file, line, claim);
	leave(FAILED);
}

void check_equal(const char *file, int line, const char *claim,
		 long long seen, long long wanted)
{
	if (seen == wanted)
		return;
	fprintf(stderr, "%s:%d: not true: %s (%lld, %lld)\n",
		file, line, claim, seen, wanted);
	leave(FAILED);
}

static void print_bytes(const char *label, const uint8_t *bytes, size_t len)
{
	size_t i;

	fprintf(stderr, "  %-6s", label);
	for (i = 0; i < len; i++)
		fprintf(stderr, " %02x", bytes[i]);
	fprintf(stderr, "\n");
}

void check_same(const char *file, int line, const char *what,
		const void *seen, const void *wanted, size_t len)
{
	const uint8_t *s = seen, *w = wanted;
	size_t first = 0, shown;

	if (!memcmp(seen, wanted, len))
		return;
	while (s[first] == w[first])
		first++;
	shown = len - first < 16 ? len - first : 16;

	fprintf(stderr, "%s:%d: %s differs at byte %zu of %zu\n",
		file, line, what, first, len);
	print_bytes("seen", s + first, shown);
	print_bytes("wanted", w + first, shown);
	leave(FAILED);
}

_Noreturn void skip(const char *reason, ...)
{
	va_list args;

	va_start(args, reason);
	printf("SKIP: ");
	vprintf(reason, args);
	printf("\n");
	leave(SKIPPED);
}

_Noreturn void hard_error(const char *reason, ...)
{
	va_list args;

	va_start(args, reason);
	fprintf(stderr, "hard error: ");
	vfprintf(stderr, reason, args);
	fprintf(stderr, "\n");
	leave(HARD_ERROR);
}

/* Random inputs */

static uint64_t random_state[4];

static uint64_t rotl64(uint64_t word, int bits)
{
	return word << bits | word >> (64 - bits);
}

/* splitmix64 spreads the seed, as xoshiro's authors advise. */
static void seed_random(void)
{
	const char *wish = getenv("CHECK_SEED");
	struct timespec now;
	uint64_t seed, word;
	int i;

	clock_gettime(CLOCK_REALTIME, &now);
	seed = wish ? strtoull(wish, NULL, 0)
		    : (uint64_t)now.tv_nsec << 32 ^ (uint64_t)now.tv_sec ^
		      (uint64_t)getpid() << 20;
	printf("CHECK_SEED=%llu\n", (unsigned long long)seed);
	fflush(stdout);

	for (i = 0; i < 4; i++) {
		word = seed += 0x9e3779b97f4a7c15;
		word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9;
		word = (word ^ word >> 27) * 0x94d049bb133111eb;
		random_state[i] = word ^ word >> 31;
	}
}

/* xoshiro256++ */
uint64_t check_random(void)
{
	uint64_t *s = random_state;
	uint64_t result, shifted;

	if (!(s[0] | s[1] | s[2] | s[3]))
		seed_random();

	result = rotl64(s[0] + s[3], 23) + s[0];
	shifted = s[1] << 17;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= shifted;
	s[3] = rotl64(s[3], 45);
	return result;
}

void check_random_bytes(void *bytes, size_t len)
{
	uint8_t *to = bytes;
	uint64_t word = 0;
	size_t i;

	for (i = 0; i < len; i++, word >>= 8) {
		if (i % 8 == 0)
			word = check_random();
		to[i] = (uint8_t)word;
	}
}

/* Guarded memory */

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static size_t whole_pages(size_t len)
{
	size_t page = page_size();

	return len ? (len + page - 1) / page * page : page;
}

void *check_guarded(size_t len, enum check_edge edge)
{
	size_t page = page_size(), inner = whole_pages(len);
	uint8_t *start;

	start = mmap(NULL, inner + 2 * page, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (start == MAP_FAILED ||
	    mprotect(start + page, inner, PROT_READ | PROT_WRITE))
		hard_error("no guarded memory of %zu bytes", len);
	return start + page + (edge == AT_END ? inner - len : 0);
}

void check_guarded_free(void *bytes, size_t len, enum check_edge edge)
{
	size_t page = page_size(), inner = whole_pages(len);
	uint8_t *start = (uint8_t *)bytes - page;

	if (edge == AT_END)
		start -= inner - len;
	if (munmap(start, inner + 2 * page))
		hard_error("not guarded memory: %p, %zu bytes", bytes, len);
}

/* What bytes say of each other */

int check_contains(const void *where, size_t where_len,
		   const void *what, size_t what_len)
{
	return memmem(where, where_len, what, what_len) != NULL;
}

size_t check_longest_zero_run(const void *bytes, size_t len)
{
	const uint8_t *at = bytes;
	size_t i, run = 0, longest = 0;

	for (i = 0; i < len; i++) {
		run = at[i] ? 0 : run + 1;
		if (run > longest)
			longest = run;
	}
	return longest;
}

/* Every window seen, in an open hash table that is never over half full. */
struct window {
	uint64_t low, high;		/* both zero: an empty place */
};

static struct window *windows;
static size_t windows_size, windows_used;

static void insert_window(struct window new)
{
	uint64_t hash = (new.low ^ rotl64(new.high, 32)) * 0x9e3779b97f4a7c15;
	size_t at = (hash >> 20) & (windows_size - 1);

	for (; windows[at].low | windows[at].high; at = (at + 1) & (windows_size - 1))
		if (windows[at].low == new.low && windows[at].high == new.high)
			check_failed(__FILE__, __LINE__,
				     "every 16-byte window is seen once");
	windows[at] = new;
	windows_used++;
}

static void make_room_for_windows(size_t more)
{
	struct window *old = windows;
	size_t old_size = windows_size, i;

	if (windows_size && (windows_used + more) * 2 <= windows_size)
		return;
	if (!windows_size)
		windows_size = 1 << 12;
	while ((windows_used + more) * 2 > windows_size)
		windows_size *= 2;

	windows = calloc(windows_size, sizeof(*windows));
	if (!windows)
		hard_error("no memory for %zu windows", windows_size);
	windows_used = 0;
	for (i = 0; i < old_size; i++)
		if (old[i].low | old[i].high)
			insert_window(old[i]);
	free(old);
}

void check_unique_windows(const void *bytes, size_t len)
{
	const uint8_t *at = bytes;
	struct window window;
	size_t i;

	if (len < sizeof(window))
		return;
	make_room_for_windows(len);

	for (i = 0; i + sizeof(window) <= len; i++) {
		memcpy(&window, at + i, sizeof(window));
		if (!(window.low | window.high))
			check_failed(__FILE__, __LINE__,
				     "no 16-byte window is all zeros");
		insert_window(window);
	}
}
