/* SPDX-License-Identifier: MIT */
/*
 * Claim: errno is left alone by every call that succeeds, the first of a
 * thread, the first of a child and those that go to the kernel included, and by
 * vgetrandom_opaque() also when it fails.
 *
 * To see it fail: in vgr_entropy_request of entropy.c, call libc's getrandom.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>

#include "check-child.h"
#include "check-opaque.h"
#include "check-tier.h"
#include "check.h"
#include "vgetrandom.h"

#define UNLIKELY_ERRNO	4711

static const size_t lens[] = { 0, 1, 4, 16, 100, 928, 929, 5000, 100000 };

static void kept(const char *what)
{
	if (errno == UNLIKELY_ERRNO)
		return;
	printf("%s made errno %d\n", what, errno);
	check_failed(__FILE__, __LINE__, "errno is kept");
}

static void draw_all(void)
{
	static uint8_t buf[100000];
	size_t i;

	errno = UNLIKELY_ERRNO;
	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		check_eq(vgetrandom(buf, lens[i], 0), (ssize_t)lens[i]);
		kept("vgetrandom");
		vgetrandom_buf(buf, lens[i]);
		kept("vgetrandom_buf");
	}
	vgetrandom_u32();
	vgetrandom_u64();
	vgetrandom_uniform32(6);
	vgetrandom_uniform64(1ull << 40);
	kept("an integer");
}

static void draw_from_opaque(void)
{
	static uint8_t state[OPAQUE_STATE_LEN]
		__attribute__((aligned(OPAQUE_STATE_LEN)));
	uint8_t buf[100];

	errno = UNLIKELY_ERRNO;
	check_eq(vgetrandom_opaque(buf, sizeof(buf), 0, state,
				   OPAQUE_STATE_LEN), sizeof(buf));
	check_eq(vgetrandom_opaque(buf, sizeof(buf), 0, state, 1), sizeof(buf));
	check_eq(vgetrandom_opaque(buf, 1, 0x80, state, OPAQUE_STATE_LEN),
		 -EINVAL);
	check_eq(vgetrandom_opaque(NULL, 1, 0, state, OPAQUE_STATE_LEN),
		 -EFAULT);
	kept("vgetrandom_opaque");
}

static void report_events(void)
{
	struct vgetrandom_info info = { .size = sizeof(info) };

	errno = UNLIKELY_ERRNO;
	vgetrandom_prepare();
	vgetrandom_info(&info);
	vgetrandom_quiesce();
	kept("an event");
	draw_all();
	vgetrandom_reseed();
	kept("vgetrandom_reseed");
}

static void *in_thread(void *unused)
{
	draw_all();
	return unused;
}

int main(void)
{
	pthread_t thread;
	uint8_t byte;

	draw_all();		/* before anything else in this process */
	check_tier();
	if (pthread_create(&thread, NULL, in_thread, NULL))
		hard_error("pthread_create");
	pthread_join(thread, NULL);
	in_child(draw_all);
	report_events();
	draw_all();
	draw_from_opaque();

	/* And it is set when there is something to say. */
	errno = UNLIKELY_ERRNO;
	check_eq(vgetrandom(&byte, 1, 0x80), -1);
	check_eq(errno, EINVAL);
	return 0;
}
