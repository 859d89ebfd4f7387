/* SPDX-License-Identifier: MIT */
/*
 * check.h - what every test program shares: a failed check names its place and
 * ends the program with 1; skip() ends it with 77, hard_error() with 99.
 *
 * A program is one claim.  It opens with "Claim:" and "To see it fail:".
 */
#ifndef CHECK_H
#define CHECK_H

#include <stddef.h>
#include <stdint.h>

#define check(claim) \
	((claim) ? (void)0 : check_failed(__FILE__, __LINE__, #claim))
#define check_eq(seen, wanted) \
	check_equal(__FILE__, __LINE__, #seen " == " #wanted, \
		    (long long)(seen), (long long)(wanted))
#define check_bytes(seen, wanted, len) \
	check_same(__FILE__, __LINE__, #seen, (seen), (wanted), (len))

_Noreturn void check_failed(const char *file, int line, const char *claim);
void check_equal(const char *file, int line, const char *claim,
		 long long seen, long long wanted);
void check_same(const char *file, int line, const char *what,
		const void *seen, const void *wanted, size_t len);

/* Printed with the reason and counted; never for something that failed. */
_Noreturn void skip(const char *reason, ...)
	__attribute__((format(printf, 1, 2)));
_Noreturn void hard_error(const char *reason, ...)
	__attribute__((format(printf, 1, 2)));

/*
 * Reproducible randomness for test inputs: xoshiro256++ from the seed that the
 * first use prints; CHECK_SEED=number repeats a run.
 */
uint64_t check_random(void);
void check_random_bytes(void *bytes, size_t len);

/*
 * len bytes that end (or begin) at a page nobody may touch; the other side is
 * guarded to the next page.  check_guarded_free gives them back.
 */
enum check_edge { AT_END, AT_START };
void *check_guarded(size_t len, enum check_edge edge);
void check_guarded_free(void *bytes, size_t len, enum check_edge edge);

/* Whether 'what' (what_len bytes) stands anywhere in 'where'. */
int check_contains(const void *where, size_t where_len,
		   const void *what, size_t what_len);

/* Longest run of zero bytes. */
size_t check_longest_zero_run(const void *bytes, size_t len);

/*
 * All 16-byte windows of every buffer given so far are different; the second
 * buffer to hold one fails the check.  Not for use in signal handlers.
 */
void check_unique_windows(const void *bytes, size_t len);

#endif
