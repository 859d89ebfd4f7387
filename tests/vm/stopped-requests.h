/* SPDX-License-Identifier: MIT */
/*
 * stopped-requests.h - two requests that other threads have begun and that
 * stand still until they are told to go on: one in the middle of a copy out of
 * the batch, one in the middle of several keys.
 */
#ifndef STOPPED_REQUESTS_H
#define STOPPED_REQUESTS_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "check-inside.h"
#include "check.h"
#include "vgetrandom.h"

#define NSTOPPED	2

static struct stopped_request {
	size_t len;
	pthread_t thread;
	uint8_t bytes[65536];
} stopped[NSTOPPED] = { { .len = 96 }, { .len = 65520 } };

static unsigned int nstopped, may_go_on;

static void stand_still(void)
{
	__atomic_fetch_add(&nstopped, 1, __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&may_go_on, __ATOMIC_SEQ_CST))
		;
}

static void *be_stopped(void *argument)
{
	struct stopped_request *request = argument;
	uint8_t *bytes = inside_arm(request->len, request->len / 2, stand_still);

	check_eq(vgetrandom(bytes, request->len, 0), request->len);
	memcpy(request->bytes, bytes, request->len);
	check_eq(inside_disarm(), 1);
	return NULL;
}

/* On return both stand still. */
static inline void begin_requests(void)
{
	int i;

	inside_init(0);
	for (i = 0; i < NSTOPPED; i++)
		check_eq(pthread_create(&stopped[i].thread, NULL, be_stopped,
					&stopped[i]), 0);
	while (__atomic_load_n(&nstopped, __ATOMIC_SEQ_CST) < NSTOPPED)
		usleep(1000);
}

/* On return stopped[].bytes are what they were given. */
static inline void end_requests(void)
{
	int i;

	__atomic_store_n(&may_go_on, 1, __ATOMIC_SEQ_CST);
	for (i = 0; i < NSTOPPED; i++)
		check_eq(pthread_join(stopped[i].thread, NULL), 0);
}

#endif
