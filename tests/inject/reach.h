/* SPDX-License-Identifier: MIT */
/*
 * reach.h - stops a call before its N-th instruction, inside this process.
 *
 * The call is stepped once (trap flag), which gives its path: an address and
 * how often it has come by, for each boundary.  Later calls run at full speed
 * into a hardware breakpoint that fires at that count (perf_event_open); where
 * there is none to be had they are stepped again.
 *
 * Whoever stops there is a signal handler: what it does is done between two
 * instructions of the call.
 */
#ifndef INJECT_REACH_H
#define INJECT_REACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct path {
	size_t len;		/* boundaries: before each instruction run */
	uintptr_t *at;
	uint32_t *nth;		/* how often the path has been there, from 1 */
	uint32_t *turns;	/* done there of an instruction that repeats */
	bool *is_edge;		/* the first, second or last time there */
	/*
	 * The last boundary before which an event must still be noticed: the
	 * next instruction is the last to read what says so.  That is a stamp,
	 * or the last system call where the bytes come from there.
	 */
	size_t last_look;
	size_t last_kernel_look;	/* the same for the kernel's word */
};

/* Handlers; once in a process. */
void reach_init(void);

/* Room for any path, which forked processes share. */
void reach_init_path(struct path *path);

/* The path from the first instruction of entry, which call() reaches. */
void reach_record(struct path *path, const void *entry, void (*call)(void));

/*
 * The same again, to find the last looks: the page with the stamps (the
 * kernel's word first) is taken away to see who reads them.  They are asked
 * for after the last system call, which could not write there.  false: the
 * call went another way.
 */
bool reach_record_looks(struct path *path, const void *entry,
			void (*call)(void), uint8_t *(*stamps)(void),
			size_t nstamps);

/*
 * The next call of entry in this thread is stopped at that boundary, and the
 * action done there.
 */
void reach_arm(const struct path *path, size_t boundary, const void *entry,
	       void (*action)(void));

/* Whether that instruction is of this program, not of a shared library. */
bool reach_is_ours(uintptr_t at);

/* For an action: the instruction it stands before. */
uintptr_t reach_stopped_at(void);

/* From an action: stop again so many instructions further on. */
void reach_again(size_t ninstructions, void (*action)(void));

/* No more stops.  Returns how many there were. */
int reach_disarm(void);

/* "breakpoint" or "stepping". */
const char *reach_how(void);

/* Right before the call that was armed. */
bool reach_must_step(void);
#define REACH_GO() \
	do { if (reach_must_step()) REACH_STEP(); } while (0)

/* The trap flag on; over a leaf function's red zone. */
#define REACH_STEP() \
	__asm__ volatile("lea -128(%%rsp), %%rsp\n\tpushfq\n\t" \
			 "orq $0x100, (%%rsp)\n\tpopfq\n\t" \
			 "lea 128(%%rsp), %%rsp" : : : "cc", "memory")

#endif
