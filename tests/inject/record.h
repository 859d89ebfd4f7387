/* SPDX-License-Identifier: MIT */
/*
 * record.h - what one run gave out, in all its processes, and whether any of it
 * is bad.
 */
#ifndef INJECT_RECORD_H
#define INJECT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum record_kind {
	RECORD_BEFORE,		/* the call as it would be without a fault */
	RECORD_CALL,		/* the call that the fault met */
	RECORD_ABANDONED,	/* its buffer, when it was left by longjmp */
	RECORD_OTHER,		/* handlers, other contexts, following calls */
};

/* What can be wrong, as bits. */
enum {
	BAD_ZEROS	= 1,	/* eight zero bytes in a row */
	BAD_REPEAT	= 2,	/* eight bytes that are elsewhere, too */
	BAD_ZERO_KEY	= 4,	/* keystream of the key of zeros */
	BAD_ANSWER	= 8,	/* return value or errno */
	BAD_SLOW	= 16,	/* still system calls at the 4th following call */
	BAD_STALE	= 32,	/* bytes of a key that was dead by then */
	BAD_CRASH	= 64,	/* a signal, or no end */
	BAD_REST	= 128,	/* a key in memory where none may be */
	BAD_TAIL	= 256,	/* not bad: fork after the last look */
	BAD_UNREACHED	= 512,	/* the tool failed */
	BAD_LOST	= 1024,	/* a slot that nobody gives back */
	BAD_ALONE	= 2048,	/* not bad: over before the second fault */
	BAD_TWINS	= 4096,	/* parent and child have the same of one call */

	NOT_BAD		= BAD_TAIL | BAD_UNREACHED | BAD_ALONE,
};

/* "zeros repeat"; static. */
const char *record_names(unsigned int bits);

/* Once, and once in each process that judges runs of its own. */
void record_init(void);
void record_init_worker(void);

/* For a run.  Forked processes share the record. */
void record_reset(void);

/* Number of this process in the run: 0, or what record_new_process gave. */
int record_new_process(void);		/* in the parent, before the fork */
void record_be_process(int number);	/* in the child */

void record_output(enum record_kind kind, const void *bytes, size_t len);
void record_bad(unsigned int bits);

/*
 * At the end, in process 0.  is_early: a fork came when the call still had to
 * notice it; must_differ: the key became stale then.
 */
unsigned int record_judge(bool is_early, bool must_differ, bool must_agree);

#endif
