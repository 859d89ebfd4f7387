/* SPDX-License-Identifier: MIT */
/*
 * Claim: a child's states are zeros, by fork and by raw clone, and what it
 * draws from them is never what its parent draws.
 *
 * To see it fail: map the states MAP_PRIVATE in check-opaque.h.
 */
#include <signal.h>
#include <string.h>

#include "check-child.h"
#include "check-clone.h"
#include "check-mapping.h"
#include "check-opaque.h"
#include "check-tier.h"
#include "check.h"

#define NSTATES	8
#define LEN	700		/* less than a batch, so that one would be shared */

/* Written by the child, read by the parent. */
static uint8_t (*childs)[LEN];

static void draw_in_child(uint8_t *states)
{
	int i;

	check(is_zero(states, NSTATES * OPAQUE_STATE_LEN));
	for (i = 0; i < NSTATES; i++)
		opaque_draw(states + i * OPAQUE_STATE_LEN, childs[i], LEN);
	_exit(0);
}

static void fork_and_compare(int raw)
{
	uint8_t *states = opaque_states(NSTATES), buf[LEN];
	pid_t pid;
	int i;

	for (i = 0; i < NSTATES; i++)
		opaque_draw(states + i * OPAQUE_STATE_LEN, buf, 100);
	pid = raw ? raw_clone(SIGCHLD) : fork();
	if (pid < 0)
		hard_error("no child");
	if (!pid)
		draw_in_child(states);
	pass_on(wait_for(pid));
	for (i = 0; i < NSTATES; i++) {
		check_unique_windows(childs[i], LEN);
		opaque_draw(states + i * OPAQUE_STATE_LEN, buf, LEN);
		check_unique_windows(buf, LEN);
	}
}

int main(void)
{
	check_tier();
	childs = mmap(NULL, NSTATES * sizeof(*childs), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (childs == MAP_FAILED)
		hard_error("no memory");
	fork_and_compare(0);
	fork_and_compare(1);
	return 0;
}
