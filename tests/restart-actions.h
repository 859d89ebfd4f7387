/* SPDX-License-Identifier: MIT */
/*
 * restart-actions.h - what a run, its handler's actions and its judge know of
 * each other.
 */
#ifndef RESTART_ACTIONS_H
#define RESTART_ACTIONS_H

#include "restart-run.h"

#ifdef VGR_CAN_RESTART

#include "state.h"

#define MAX_FRAME	(16 * 1024)

enum giver {
	BY_CALL,
	BY_HANDLER,
	BY_CHILDS_CALL,
	BY_CHILD,
	AFTERWARDS,
	IN_BUFFER_LEFT,		/* nobody's, and nobody may get it again */
};

/* The run that is going on. */
struct run {
	const struct shape *shape;
	const struct action *action;
	const struct stop *stop;
	int breakpoint;
	int nstops, naborts;
	uint8_t frame[MAX_FRAME];
	size_t frame_len;
	struct vgr_state before;	/* the state as the call found it */
	uint64_t cursor_before;
	/* Of a call stopped in a section: keys it may give nothing of. */
	uint8_t dead_keys[3][VGR_KEY_LEN];
	int ndead_keys;
	bool is_unwatched;
};

extern struct run restart_now;

void restart_init_judge(void);
void restart_begin_record(void);

/* The system calls of a forked child. */
void restart_give_calls(uint64_t n);
uint64_t restart_given_calls(void);

/* Ends the test if anything is wrong with what was given out. */
void restart_judge(void);
_Noreturn void restart_wrong(const char *what);

void restart_give(enum giver giver, const void *bytes, size_t len);

/* Leaves the handler, and the call that it stands in, for good. */
_Noreturn void restart_abandon(void);

/* In a child that a handler forked. */
extern bool restart_is_child;

/* The child's page, not the parent's, is the one that is gone. */
bool restart_fork_is_why(const struct action *action);

/* How much of a buffer of zeros an abandoned call has written. */
size_t restart_written(const uint8_t *buf, size_t len);

#endif

#endif
