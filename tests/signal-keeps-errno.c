/* SPDX-License-Identifier: MIT */
/*
 * Claim: a handler may draw without saving errno: whatever a request does, the
 * code that was interrupted finds errno as it was.
 *
 * To see it fail: in api.c, set errno to EAGAIN before the system call of
 * vgr_api_fall_back.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "check-draw.h"
#include "check-inside.h"
#include "check-slot.h"
#include "check-tier.h"
#include "check.h"

#define UNLIKELY_ERRNO	4242

/* Everything that succeeds, on every way through the library. */
static void draw_every_way(void)
{
	static const size_t lens[] = {
		0, 1, 16, 32, 928, 929, 1024, 5000, 20000,
	};
	static __thread uint8_t buf[20000];
	struct vgetrandom_info info = { .size = sizeof(info) };
	size_t i;

	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		check_eq(vgetrandom(buf, lens[i], 0), (ssize_t)lens[i]);
		check_eq(vgetrandom(buf, lens[i], 1), (ssize_t)lens[i]);
		vgetrandom_buf(buf, lens[i]);
	}
	vgetrandom_u32();
	vgetrandom_u64();
	vgetrandom_uniform32(1000);
	vgetrandom_uniform64(1000);
	vgetrandom_prepare();
	vgetrandom_info(&info);
	vgetrandom_reseed();
	check_eq(vgetrandom(buf, 16, 0), 16);
}

static void on_signal(int number)
{
	(void)number;
	draw_every_way();
	draw_every_way();
}

static void raise_and_look(void)
{
	errno = UNLIKELY_ERRNO;
	raise(SIGUSR1);
	check_eq(errno, UNLIKELY_ERRNO);
}

static void draw_inside(void)
{
	errno = UNLIKELY_ERRNO;
	draw_every_way();
	check_eq(errno, UNLIKELY_ERRNO);
}

/* The thread's first call is the handler's. */
static void *first_call_in_handler(void *unused)
{
	raise_and_look();
	return unused;
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	pthread_t thread;
	uint8_t *buf;
	int tier = check_tier();

	if (sigaction(SIGUSR1, &action, NULL) ||
	    pthread_create(&thread, NULL, first_call_in_handler, NULL) ||
	    pthread_join(thread, NULL))
		hard_error("no handler, or no thread");
	raise_and_look();

	/* While there are no keys, each request is a system call. */
	vgetrandom_quiesce();
	raise_and_look();
	vgetrandom_quiesce();
	errno = UNLIKELY_ERRNO;
	draw_away(3000);
	check_eq(errno, UNLIKELY_ERRNO);
	vgetrandom_reseed();

	if (tier == 3)
		return 0;
	inside_init(0);
	buf = inside_arm(100, 40, draw_inside);
	errno = 0;
	draw(buf, 100);
	check_eq(errno, UNLIKELY_ERRNO);
	check_eq(inside_disarm(), 1);
	return 0;
}
