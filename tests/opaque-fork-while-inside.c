/* SPDX-License-Identifier: MIT */
/*
 * Claim: a state that another thread was inside of when the process forked is
 * the child's to use: its requests are not system calls for ever.
 *
 * To see it fail: have vgr_opaque_fork_child free nothing.  A call of the
 * forking thread itself goes on in the child, so its state stays refused there:
 * have vgr_opaque_fork_child free every place.
 */
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>

#include "check-child.h"
#include "check-draw.h"
#include "check-inside.h"
#include "check-mapping.h"
#include "check-opaque.h"
#include "check-tier.h"
#include "check.h"

#define NDRAWS	1000

static uint8_t *states;
static sem_t is_inside, may_go_on;

static void stay_inside(void)
{
	sem_post(&is_inside);
	sem_wait(&may_go_on);
}

static void *begin_request(void *state)
{
	uint8_t *buf = inside_arm(100, 8, stay_inside);

	opaque_draw(state, buf, 100);
	check_eq(inside_disarm(), 1);
	return NULL;
}

static uint64_t system_calls_of(uint8_t *state)
{
	uint64_t before = info_now().system_calls;
	uint8_t bytes[16];
	int i;

	for (i = 0; i < NDRAWS; i++)
		opaque_draw(state, bytes, sizeof(bytes));
	return info_now().system_calls - before;
}

static void fork_inside(void)
{
	pid_t pid = fork();

	if (!pid) {
		check_eq(system_calls_of(states), 0);
		check_eq(system_calls_of(states + OPAQUE_STATE_LEN), NDRAWS);
		_exit(0);
	}
	pass_on(wait_for(pid));
}

int main(void)
{
	pthread_t other;
	uint8_t *buf;

	if (check_tier() == 3)
		skip("requests are system calls: there is no inside");
	inside_init(0);
	sem_init(&is_inside, 0, 0);
	sem_init(&may_go_on, 0, 0);
	states = opaque_states(2);
	if (pthread_create(&other, NULL, begin_request, states))
		hard_error("no thread");
	sem_wait(&is_inside);

	buf = inside_arm(100, 8, fork_inside);
	opaque_draw(states + OPAQUE_STATE_LEN, buf, 100);
	check_eq(inside_disarm(), 1);
	sem_post(&may_go_on);
	pthread_join(other, NULL);
	return 0;
}
