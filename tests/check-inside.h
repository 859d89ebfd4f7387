/* SPDX-License-Identifier: MIT */
/*
 * check-inside.h - stops a request at a known place: where it writes the first
 * byte of a page that nobody may write yet.
 *
 * The SIGSEGV handler opens the page, does what the test wants done inside a
 * call, and returns; the request goes on where it was.  No timer, no luck, any
 * machine.  A thread has one such request at a time.
 */
#ifndef CHECK_INSIDE_H
#define CHECK_INSIDE_H

#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

#define INSIDE_PAGE_LEN	((size_t)65536)		/* any machine's page or more */

struct inside {
	uint8_t *base;			/* the mapping */
	size_t len;
	uint8_t *closed;		/* where it may not be written yet */
	size_t closed_len;
	void (*action)(void);
	int nstops;
};

/* The thread's request. */
static __thread struct inside inside;

static void inside_stop(int number, siginfo_t *info, void *context)
{
	struct inside *here = &inside;
	uintptr_t at = (uintptr_t)info->si_addr - (uintptr_t)here->closed;

	(void)context;
	if (!here->closed || at >= here->closed_len) {
		signal(number, SIG_DFL);	/* a crash of its own */
		return;
	}
	if (mprotect(here->closed, here->closed_len, PROT_READ | PROT_WRITE))
		hard_error("mprotect");
	here->nstops++;
	here->action();
}

/* SA_NODEFER: an action may make a request that is stopped in its turn. */
static inline void inside_init(int more_sa_flags)
{
	struct sigaction action = {
		.sa_sigaction = inside_stop,
		.sa_flags = SA_SIGINFO | SA_NODEFER | more_sa_flags,
	};

	if (sigaction(SIGSEGV, &action, NULL))
		hard_error("sigaction");
}

/*
 * A buffer of len bytes.  The thread's next request into it is stopped where
 * it writes byte open_len for the first time, and the action is done.
 */
static inline uint8_t *inside_arm(size_t len, size_t open_len,
				  void (*action)(void))
{
	size_t open_part = (open_len / INSIDE_PAGE_LEN + 1) * INSIDE_PAGE_LEN;
	size_t closed_part = ((len - open_len) / INSIDE_PAGE_LEN + 1) *
			     INSIDE_PAGE_LEN;

	inside.len = open_part + closed_part;
	inside.base = mmap(NULL, inside.len, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (inside.base == MAP_FAILED)
		hard_error("no memory for a buffer");
	inside.closed = inside.base + open_part;
	inside.closed_len = closed_part;
	inside.action = action;
	inside.nstops = 0;
	if (mprotect(inside.closed, closed_part, PROT_NONE))
		hard_error("mprotect");
	return inside.closed - open_len;
}

/* Gives the buffer back; returns how often its request was stopped. */
static inline int inside_disarm(void)
{
	munmap(inside.base, inside.len);
	inside.closed = NULL;
	return inside.nstops;
}

#endif
