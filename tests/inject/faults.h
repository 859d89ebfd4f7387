/* SPDX-License-Identifier: MIT */
/*
 * faults.h - what can happen between two instructions of a call.
 */
#ifndef INJECT_FAULTS_H
#define INJECT_FAULTS_H

#include <setjmp.h>
#include <stdbool.h>
#include <ucontext.h>

#include "reach.h"
#include "subject.h"

/* What the run that is going on lends to its faults. */
struct run {
	const struct subject *subject;
	size_t handler_len;		/* of what a handler draws */
	sigjmp_buf abandon;
	int process;			/* 0: the first */
	unsigned int nchildren;
	int children[16];
	bool is_quiesced, is_exiting;
	ucontext_t interrupted, elsewhere, away;
	volatile bool is_away;
	/* A second context, stopped inside a call of its own. */
	ucontext_t other, resumer;
	volatile bool is_other_inside;
};

extern struct run run;

enum {
	NEEDS_THREAD	= 1,		/* ends it, or leaves it behind */
	IS_SINGLE	= 2,		/* no part of a pair */
	FOR_OURS_ONLY	= 4,
	/* A slot: the call does not come back, or was carried off at the door. */
	MAY_LOSE	= 8,
	NOT_IN_MALLOC	= 16,		/* where a thread's end may stand */
	IS_THE_END	= 32,		/* nothing can come after it */
	IS_FORK		= 64,
	KEEPS_WAY	= 128,		/* the call goes on as without it */
	LEAVES_CALL	= 256,		/* nothing can come later in it */
};

struct fault {
	const char *name;
	void (*happen)(void);
	/*
	 * Who must still notice it at the last look: a key that was in use is
	 * stale by it.  Never a signal alone.
	 */
	enum { NOBODY, ANY_STAMP, KERNEL_STAMP_ONLY } makes_stale;
	unsigned int flags;
};

extern const struct fault faults[];	/* name NULL: the end */

/*
 * What a second context does while the first is stopped: some requests, then
 * one that is stopped at a boundary of its own path (recording: or gives it).
 */
struct other_context {
	struct path *path;
	size_t boundary;
	unsigned int nbefore;
	unsigned int nafter;		/* a handler's, where it is stopped */
	bool is_nested;			/* then it goes on, and ends before A */
	/* Or it goes on by so many steps, then A by so many, then it ends. */
	size_t later, back;
	unsigned long nlater, nback;	/* how often it came to that */
	void (*after)(void);		/* when it has ended; or NULL */
	uint64_t nheld;			/* slots, by who lives on after the run */
	bool is_recording;
	unsigned long nstopped;
};

extern struct other_context other_context;
extern const struct fault fault_other_context;

/* The second context finishes its call. */
void resume_other_context(void);

/* A request that must be answered; it is recorded. */
void draw_and_record(size_t len);

const struct fault *fault_named(const char *name);

#endif
