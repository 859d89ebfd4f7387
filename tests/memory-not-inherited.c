/* SPDX-License-Identifier: MIT */
/*
 * Claim: no byte of a key or a batch is in a child, however it is made: its
 * pages of keys read as zeros before it ever draws, and so do those of its
 * parent's other threads.
 *
 * To see it fail: in map_inside of pages.c, map MAP_PRIVATE in place of
 * MAP_DROPPABLE; on locked memory, leave out MADV_WIPEONFORK.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "check-child.h"
#include "check-clone.h"
#include "check-mapping.h"
#include "check-tier.h"
#include "check.h"

#define NTHREADS 5		/* more than a page holds states */

static struct vgr_state *states[NTHREADS + 1];
static pthread_barrier_t have_drawn, may_end;

static void *hold_state(void *argument)
{
	states[(size_t)argument] = own_state();
	pthread_barrier_wait(&have_drawn);
	pthread_barrier_wait(&may_end);
	return NULL;
}

static void look(void)
{
	size_t i;

	for (i = 0; i <= NTHREADS; i++)
		check(is_zero(states[i], VGR_STATE_LEN));
}

static void by_fork(void)
{
	in_child(look);
}

static void by_raw_clone(void)
{
	pid_t pid;

	fflush(NULL);
	pid = raw_clone(SIGCHLD);
	if (pid < 0)
		hard_error("clone");
	if (!pid) {
		look();
		_exit(0);
	}
	pass_on(wait_for(pid));
}

int main(int argc, char **argv)
{
	pthread_t threads[NTHREADS];
	uint8_t before[VGR_STATE_LEN];
	size_t i;

	(void)argc;
	check_tier();
	pthread_barrier_init(&have_drawn, NULL, NTHREADS + 1);
	pthread_barrier_init(&may_end, NULL, NTHREADS + 1);
	states[0] = own_state();
	for (i = 0; i < NTHREADS; i++)
		if (pthread_create(&threads[i], NULL, hold_state,
				   (void *)(i + 1)))
			hard_error("pthread_create");
	pthread_barrier_wait(&have_drawn);

	own_state();		/* there is something that could be inherited */
	memcpy(before, states[0], sizeof(before));
	check(!is_zero(before, sizeof(before)));
	by_fork();
	by_raw_clone();
	check_bytes(states[0], before, sizeof(before));

	pthread_barrier_wait(&may_end);
	for (i = 0; i < NTHREADS; i++)
		pthread_join(threads[i], NULL);
	restart_with(argv, "VGETRANDOM_MEMORY", "locked");
	return 0;
}
