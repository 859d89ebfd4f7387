/* SPDX-License-Identifier: MIT */
/*
 * generation.c - the words that keys are compared with, and which of them live.
 *
 * Best is the kernel's own word: it moves at each reseed of the kernel and at
 * each VM clone the kernel is told of, and nothing is asked beside it.  Where it
 * is not to be had, the clock bounds a key's age, and VMClock tells of clones.
 *
 * Knows nothing of slots but their stamps and flags.
 */
#include "generation.h"

#include <errno.h>
#include <string.h>

#include "base.h"
#include "clock.h"
#include "kernel-word.h"
#include "vmclock.h"

#define BIT(source) (1u << (source))
#define CLOCKS (BIT(VGR_SOURCE_CLOCK) | BIT(VGR_SOURCE_REALTIME))

static const volatile uint64_t no_word;		/* 0 equals nothing */
const volatile uint64_t *vgr_generation_word __attribute__((used)) = &no_word;

static unsigned int live;		/* BIT(source) */
static uint64_t nrequests = 1;		/* VGR_SOURCE_REQUESTS */
static unsigned int quiesced;
static unsigned int nwipes;		/* of keys, under way */
static unsigned int clock_may_serve;	/* CLOCKS if retirement falls back on it */

static uint64_t nclones_seen;		/* VMClock's count, as last seen */
static uint64_t settles_at;		/* minute from which keys are made again */

static const char *kernel_why = "the library has not started yet";
static const char *vmclock_why = "the library has not started yet";
static const char *clock_why = "the library has not started yet";

/* The word is for one reader, vgr_generation_quick: it compares no more. */
static void set_live(unsigned int sources)
{
	const volatile uint64_t *word = &no_word;

	if (sources == BIT(VGR_SOURCE_KERNEL))
		word = vgr_kernel_word();
	if (sources)
		sources |= BIT(VGR_SOURCE_REQUESTS);
	__atomic_store_n(&live, sources, __ATOMIC_RELEASE);
	__atomic_store_n(&vgr_generation_word, word, __ATOMIC_RELEASE);
}

unsigned int vgr_generation_live(void)
{
	return __atomic_load_n(&live, __ATOMIC_ACQUIRE);
}

/* The value of one source now; 0 if it cannot be trusted. */
static uint64_t source_now(enum vgr_source source)
{
	switch (source) {
	case VGR_SOURCE_KERNEL:
		return vgr_kernel_word_now();
	case VGR_SOURCE_VMCLOCK:
		return vgr_vmclock_now();
	case VGR_SOURCE_CLOCK:
		return vgr_clock_minutes(VGR_CLOCK_MONOTONIC_COARSE);
	case VGR_SOURCE_REALTIME:
		return vgr_clock_minutes(VGR_CLOCK_REALTIME_COARSE);
	case VGR_SOURCE_REQUESTS:
		return __atomic_load_n(&nrequests, __ATOMIC_ACQUIRE);
	default:
		return 0;
	}
}

static bool matches(const struct vgr_slot *slot, enum vgr_source source)
{
	uint64_t stamp = __atomic_load_n(&slot->state->stamp[source],
					 __ATOMIC_RELAXED);

	return stamp && stamp == source_now(source);
}

bool vgr_generation_is_current(const struct vgr_slot *slot)
{
	unsigned int sources = vgr_generation_live();
	enum vgr_source source;

	if (!sources || __atomic_load_n(&slot->flags, __ATOMIC_RELAXED))
		return false;

	for (source = 0; source < VGR_NSOURCES; source++)
		if (source != VGR_SOURCE_REALTIME && sources & BIT(source) &&
		    !matches(slot, source))
			return false;
	return true;
}

/*
 * The kernel's word has been seen to disagree with what the vDSO itself does:
 * it is not what we took it for.  Every stamp is void from here on, as no
 * request passes vgr_generation_quick and the live sources are others.
 */
static void retire_kernel_word(void)
{
	unsigned int sources = vgr_generation_live();

	kernel_why = "retired: it disagreed with the vDSO's getrandom";
	sources &= ~(BIT(VGR_SOURCE_KERNEL) | BIT(VGR_SOURCE_REQUESTS));
	set_live(sources | clock_may_serve);
	if (clock_may_serve)
		clock_why = NULL;
}

/* No call of its own: this is where the stack is deepest. */
static inline __attribute__((always_inline)) bool kernel_word_holds(void)
{
	switch (vgr_kernel_word_certify()) {
	case VGR_WORD_AGREES:
		return true;
	case VGR_WORD_DISAGREES:
		retire_kernel_word();
		return false;
	default:
		return vgr_kernel_word_was_certified();
	}
}

bool vgr_generation_is_settling(void)
{
	return vgr_generation_live() & BIT(VGR_SOURCE_VMCLOCK) &&
	       source_now(VGR_SOURCE_CLOCK) <
		       __atomic_load_n(&settles_at, __ATOMIC_RELAXED);
}

/*
 * VMClock may say that this machine is a copy before its kernel knows.  What
 * getrandom(2) gives until the kernel has reseeded, each copy gets, and a key
 * made of it would be served for another minute.  So none is made until the
 * kernel's timed reseed (every 60 s) must have come.
 */
static inline __attribute__((always_inline))
bool has_settled(uint64_t nclones, uint64_t minute)
{
	uint64_t settles = __atomic_load_n(&settles_at, __ATOMIC_RELAXED);

	if (nclones == __atomic_load_n(&nclones_seen, __ATOMIC_ACQUIRE))
		return minute >= __atomic_load_n(&settles_at, __ATOMIC_RELAXED);

	/* Later only: who was held up since the last clone comes with an old time. */
	while (settles < minute + 2 &&
	       !__atomic_compare_exchange_n(&settles_at, &settles, minute + 2,
					    true, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED))
		;
	/* Pairs with the load above: who sees the clone sees the time, too. */
	__atomic_store_n(&nclones_seen, nclones, __ATOMIC_RELEASE);
	return false;
}

bool vgr_generation_may_refill(const struct vgr_slot *slot)
{
	unsigned int sources = vgr_generation_live();

	return !(sources & BIT(VGR_SOURCE_REALTIME)) ||
	       matches(slot, VGR_SOURCE_REALTIME);
}

bool vgr_generation_is_certain(const struct vgr_slot *slot)
{
	return vgr_nruns(slot->cursor) % 8 != 7;
}

int vgr_generation_certify(void)
{
	unsigned int sources = vgr_generation_live();

	return sources && (!(sources & BIT(VGR_SOURCE_KERNEL)) ||
			   kernel_word_holds()) ? 0 : -EAGAIN;
}

int vgr_generation_read(enum vgr_source source, uint64_t *stamp)
{
	*stamp = 0;
	if (!(vgr_generation_live() & BIT(source)))
		return 0;
	*stamp = source_now(source);
	if (source == VGR_SOURCE_VMCLOCK &&
	    !has_settled(*stamp, source_now(VGR_SOURCE_CLOCK)))
		return -EAGAIN;
	return *stamp ? 0 : -EAGAIN;
}

void vgr_generation_bump(void)
{
	__atomic_fetch_add(&nrequests, 1, __ATOMIC_SEQ_CST);
}

void vgr_generation_set_quiesced(bool on)
{
	__atomic_store_n(&quiesced, on, __ATOMIC_SEQ_CST);
}

bool vgr_generation_is_quiesced(void)
{
	return __atomic_load_n(&quiesced, __ATOMIC_SEQ_CST) ||
	       __atomic_load_n(&nwipes, __ATOMIC_SEQ_CST);
}

void vgr_generation_begin_wipe(void)
{
	__atomic_fetch_add(&nwipes, 1, __ATOMIC_SEQ_CST);
}

void vgr_generation_end_wipe(void)
{
	unsigned int n = __atomic_load_n(&nwipes, __ATOMIC_RELAXED);

	/* 0: forked, by a handler, in the middle of it. */
	while (n && !__atomic_compare_exchange_n(&nwipes, &n, n - 1, true,
						 __ATOMIC_SEQ_CST,
						 __ATOMIC_RELAXED))
		;
}

void vgr_generation_fork_child(void)
{
	__atomic_store_n(&nwipes, 0, __ATOMIC_RELAXED);
}

void vgr_generation_init(const char *forced)
{
	static const char other[] = "VGETRANDOM_GENERATION names another";
	unsigned int there = 0;

	kernel_why = vgr_kernel_word_init();
	clock_why = vgr_clock_init();
	clock_may_serve = forced || clock_why ? 0 : CLOCKS;
	if (forced && strcmp(forced, "kernel"))
		kernel_why = other;
	if (forced && !strcmp(forced, "kernel"))
		clock_why = other;

	/*
	 * VMClock is mapped only to be read, and not beside the kernel's word: it
	 * parts no copy from another before that has moved, and CRIU dumps no
	 * process that maps a device.
	 */
	if (forced && strcmp(forced, "vmclock"))
		vmclock_why = other;
	else if (!kernel_why)
		vmclock_why = "not looked for: the kernel's word was there at the start";
	else
		vmclock_why = vgr_vmclock_init(VGR_VMCLOCK_PATH);

	if (!kernel_why) {
		there = BIT(VGR_SOURCE_KERNEL);
		if (!clock_why)
			clock_why = "not needed: the kernel's word says more";
	} else if (!clock_why) {	/* VMClock alone bounds no key's age */
		there = CLOCKS | (vmclock_why ? 0 : BIT(VGR_SOURCE_VMCLOCK));
	}
	if (forced && !strcmp(forced, "vmclock") && vmclock_why)
		there = 0;
	nclones_seen = vgr_vmclock_now();
	set_live(there);
}

const char *vgr_generation_why_not(enum vgr_source source)
{
	switch (source) {
	case VGR_SOURCE_KERNEL:
		return kernel_why;
	case VGR_SOURCE_VMCLOCK:
		return vmclock_why;
	default:
		return clock_why;
	}
}
