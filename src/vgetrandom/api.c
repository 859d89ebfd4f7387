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
#include "arenas.h"
#include "base.h"
#include "entropy.h"
#include "generator.h"
#include "host.h"
#include "quick.h"
#include "syscall.h"
#include "thread.h"

/* The kernel's MAX_RW_COUNT: INT_MAX rounded down to a page of 4 KiB. */
#define MAX_LEN		((size_t)0x7ffff000)

#ifndef GRND_INSECURE
#define GRND_INSECURE	4	/* Linux 5.6 */
#endif

/* Bits that make no difference once the kernel's generator is ready. */
static unsigned int served_flags;

void vgr_api_learn_flags(void)
{
	served_flags = GRND_NONBLOCK | GRND_RANDOM;
	if (!vgr_syscall(SYS_getrandom, 0, 0, GRND_INSECURE, 0, 0, 0))
		served_flags |= GRND_INSECURE;
}

bool vgr_api_serves_flags(unsigned int flags)
{
	const unsigned int contradiction = GRND_RANDOM | GRND_INSECURE;

	return !(flags & ~served_flags) &&
	       (flags & contradiction) != contradiction;
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

/*
 * What the quick way could not serve.  slot: as vgr_thread_enter left it.
 * Returns a length, or -errno.
 */
static ssize_t serve_slowly(struct vgr_slot *slot, uintptr_t frame, void *buf,
			    size_t len, unsigned int flags)
{
	struct vgr_entry entry = vgr_thread_enter_slowly(frame, slot);
	int error = -EAGAIN;

	if (!entry.slot)
		return vgr_api_fall_back(buf, len, flags, false);

	if (!vgr_api_serves_flags(flags) || (!buf && len)) {
		vgr_thread_leave_entry(entry);
		return vgr_api_fall_back(buf, len, flags, false);
	}
	if (vgr_arenas_may_hold_key(entry.slot))
		error = vgr_generator_fill(entry.slot, entry.road, buf,
					   vgr_min(len, MAX_LEN));
	vgr_thread_leave_entry(entry);
	/* The quick way may have written to buf before it gave up. */
	return error ? vgr_api_fall_back(buf, len, flags, true) :
		       (ssize_t)vgr_min(len, MAX_LEN);
}

/* ---- getrandom's shape --------------------------------------------------- */

/*
 * The calls below do the usual thing themselves and jump to these for the
 * rest, so that the usual thing needs no stack and saves no register.
 */
static __attribute__((noinline))
ssize_t vgetrandom_slowly(struct vgr_slot *slot, void *buf, size_t len,
			  unsigned int flags, uintptr_t frame)
{
	ssize_t got = serve_slowly(slot, frame, buf, len, flags);

	if (got >= 0)
		return got;
	errno = (int)-got;
	return -1;
}

static __attribute__((noinline, cold))
ssize_t give_back(struct vgr_slot *slot, size_t len)
{
	vgr_thread_give_back(slot);
	return (ssize_t)len;
}

ssize_t vgetrandom(void *buf, size_t len, unsigned int flags)
{
	struct vgr_slot *slot = NULL;

	if (unlikely(flags) || unlikely(!buf) ||
	    unlikely(!vgr_quick_draw(buf, len, VGR_FRAME(), &slot)))
		return vgetrandom_slowly(slot, buf, len, flags, VGR_FRAME());
	if (unlikely(slot))
		return give_back(slot, len);
	return (ssize_t)len;
}

/* ---- arc4random's shapes ------------------------------------------------- */

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

void (*vgr_host_when_refused)(void *buf, size_t len);

/* What getrandom(2) refused, if only for a moment, may be had elsewhere. */
static void do_without(void *buf, size_t len)
{
	if (!vgr_host_when_refused)
		die();
	vgr_host_when_refused(buf, len);
}

/* All of it, however often it takes. */
static __attribute__((noinline))
void buf_slowly(struct vgr_slot *slot, uint8_t *buf, size_t len, uintptr_t frame)
{
	ssize_t got;

	do {
		got = serve_slowly(slot, frame, buf, len, 0);
		slot = NULL;
		if (got > 0) {
			buf += got;
			len -= (size_t)got;
		} else if (got != -EINTR && len) {
			/* 0: what a filter may say, and no byte */
			do_without(buf, len);
			return;
		}
	} while (len);
}

void vgetrandom_buf(void *buf, size_t len)
{
	struct vgr_slot *slot;

	if (unlikely(!vgr_quick_draw(buf, len, VGR_FRAME(), &slot)))
		buf_slowly(slot, buf, len, VGR_FRAME());
	else if (unlikely(slot))
		vgr_thread_give_back(slot);
}

/* As buf_slowly, with less on the stack; a part of an integer is none. */
static __attribute__((noinline))
uint64_t integer_slowly(struct vgr_slot *slot, uintptr_t frame)
{
	uint64_t value, result;
	ssize_t got = serve_slowly(slot, frame, &value, sizeof(value), 0);

	while (got != sizeof(value)) {
		if (got <= 0 && got != -EINTR) {
			do_without(&value, sizeof(value));
			break;
		}
		got = serve_slowly(NULL, frame, &value, sizeof(value), 0);
	}
	result = value;
	vgr_wipe(&value, sizeof(value));
	return result;
}

/*
 * The integer that was drawn is thrown away: kept across this call it could be
 * saved on the stack.
 */
static __attribute__((noinline, cold))
uint64_t integer_after_giving_back(struct vgr_slot *slot, uintptr_t frame)
{
	vgr_thread_give_back(slot);
	return integer_slowly(NULL, frame);
}

/*
 * The integer may pass through another register than the one it is returned
 * in; where the compiler can, it zeroes those (gcc 11, clang 15).
 */
#if __has_attribute(zero_call_used_regs)
#define ZERO_USED_REGISTERS __attribute__((zero_call_used_regs("used-gpr")))
#else
#define ZERO_USED_REGISTERS
#endif

ZERO_USED_REGISTERS
uint64_t vgetrandom_u64(void)
{
	struct vgr_slot *slot;
	uint64_t value;

	if (unlikely(!vgr_quick_u64(&value, VGR_FRAME(), &slot)))
		return integer_slowly(slot, VGR_FRAME());
	if (unlikely(slot))
		return integer_after_giving_back(slot, VGR_FRAME());
	return value;
}

ZERO_USED_REGISTERS
uint32_t vgetrandom_u32(void)
{
	struct vgr_slot *slot;
	uint32_t value;

	if (unlikely(!vgr_quick_u32(&value, VGR_FRAME(), &slot)))
		return (uint32_t)integer_slowly(slot, VGR_FRAME());
	if (unlikely(slot))
		return (uint32_t)integer_after_giving_back(slot, VGR_FRAME());
	return value;
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
