/* SPDX-License-Identifier: MIT */
/*
 * api.c - the calls that give random bytes.
 *
 * Served from the thread's slot, or by one system call: never by half of each.
 * The only file to set errno.
 */
#include "vgetrandom.h"

#include <errno.h>
#include <linux/random.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "api.h"
#include "base.h"
#include "entropy.h"
#include "generator.h"
#include "pool.h"
#include "syscall.h"
#include "thread.h"

/* The kernel's MAX_RW_COUNT: INT_MAX rounded down to a page of 4 KiB. */
#define MAX_LEN		((size_t)0x7ffff000)

/* Bits that make no difference once the kernel's generator is ready. */
static unsigned int served_flags;

void vgr_api_learn_flags(void)
{
	served_flags = GRND_NONBLOCK | GRND_RANDOM;
#ifdef GRND_INSECURE		/* Linux 5.6; older kernels say EINVAL */
	if (!vgr_syscall(SYS_getrandom, 0, 0, GRND_INSECURE, 0, 0, 0))
		served_flags |= GRND_INSECURE;
#endif
}

bool vgr_api_serves_flags(unsigned int flags)
{
	/* The last test: the kernel refuses RANDOM with INSECURE. */
	return !(flags & ~served_flags) &&
	       (flags & ~(unsigned int)GRND_NONBLOCK) != (GRND_RANDOM | 4u);
}

/*
 * The system call for the whole request, over whatever a slot has written so
 * far; what it leaves of that is zeroed.
 */
ssize_t vgr_api_fall_back(void *buf, size_t len, unsigned int flags,
			  bool is_written)
{
	ssize_t got = vgr_entropy_request(buf, len, flags);
	size_t kept = got < 0 ? 0 : (size_t)got;

	if (is_written && kept < len)
		vgr_wipe((uint8_t *)buf + kept, vgr_min(len, MAX_LEN) - kept);
	return got;
}

/* What vgr_generator_draw could not serve; the slot is entered, and left here. */
static __attribute__((noinline, cold))
ssize_t serve_slowly(struct vgr_slot *slot, void *buf, size_t len,
		     unsigned int flags)
{
	size_t served = vgr_min(len, MAX_LEN);
	int error = -EAGAIN;
	bool is_tried = vgr_api_serves_flags(flags) && (buf || !len) &&
			vgr_pool_may_hold_key(slot);

	if (is_tried)
		error = vgr_generator_fill(slot, buf, served);
	vgr_thread_leave(slot);
	if (!error)
		return (ssize_t)served;
	return vgr_api_fall_back(buf, len, flags, is_tried);
}

/* Returns a length, or -errno.  Inlined, so that the frame is the caller's. */
static inline __attribute__((always_inline))
ssize_t serve(uintptr_t frame, void *buf, size_t len, unsigned int flags)
{
	struct vgr_slot *slot = vgr_thread_enter(frame);

	if (unlikely(!slot))
		return vgr_api_fall_back(buf, len, flags, false);
	if (unlikely(flags) || unlikely(!buf) ||
	    unlikely(!vgr_generator_draw(slot, buf, len)))
		return serve_slowly(slot, buf, len, flags);
	vgr_thread_leave(slot);
	return (ssize_t)len;
}

ssize_t vgetrandom(void *buf, size_t len, unsigned int flags)
{
	ssize_t got = serve(VGR_FRAME(), buf, len, flags);

	if (unlikely(got < 0)) {
		errno = (int)-got;
		return -1;
	}
	return got;
}

/* Nothing random will come, and the caller cannot be told: say so and stop. */
static __attribute__((noreturn, noinline, cold))
void die(void)
{
	static const char line[] =
		"libvgetrandom: getrandom(2) is refused and there is no other source of randomness\n";

	vgr_syscall(SYS_write, STDERR_FILENO, (long)line, sizeof(line) - 1,
		    0, 0, 0);
	abort();
}

/* After a first attempt that gave 'got': the rest, however often it takes. */
static __attribute__((noinline, cold))
void insist(uint8_t *buf, size_t len, ssize_t got)
{
	size_t done = 0;

	for (;;) {
		if (got >= 0)
			done += (size_t)got;
		else if (got != -EINTR && got != -EAGAIN)
			die();
		if (done >= len)
			return;
		got = serve(VGR_FRAME(), buf + done, len - done, 0);
	}
}

static inline __attribute__((always_inline))
void must_serve(uintptr_t frame, void *buf, size_t len)
{
	ssize_t got = serve(frame, buf, len, 0);

	if (unlikely(got != (ssize_t)len))
		insist(buf, len, got);
}

void vgetrandom_buf(void *buf, size_t len)
{
	must_serve(VGR_FRAME(), buf, len);
}

uint32_t vgetrandom_u32(void)
{
	uint32_t value, result;

	must_serve(VGR_FRAME(), &value, sizeof(value));
	result = value;
	vgr_wipe(&value, sizeof(value));
	return result;
}

uint64_t vgetrandom_u64(void)
{
	uint64_t value, result;

	must_serve(VGR_FRAME(), &value, sizeof(value));
	result = value;
	vgr_wipe(&value, sizeof(value));
	return result;
}

/*
 * The high half of a 32 by 32 bit product is uniform once the few low halves
 * are refused that would favour some results (Lemire, "Fast Random Integer
 * Generation in an Interval", 2019).
 */
uint32_t vgetrandom_uniform32(uint32_t upper_bound)
{
	uint64_t product;

	if (upper_bound < 2)
		return 0;
	do
		product = (uint64_t)vgetrandom_u32() * upper_bound;
	while (unlikely((uint32_t)product < upper_bound) &&
	       (uint32_t)product < -upper_bound % upper_bound);
	return (uint32_t)(product >> 32);
}

uint64_t vgetrandom_uniform64(uint64_t upper_bound)
{
	uint64_t value, biased;

	if (upper_bound < 2)
		return 0;
	/* The lowest 2^64 mod upper_bound values have one draw too many. */
	biased = -upper_bound % upper_bound;
	do
		value = vgetrandom_u64();
	while (unlikely(value < biased));
	return value % upper_bound;
}
