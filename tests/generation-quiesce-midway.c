/* SPDX-License-Identifier: MIT */
/*
 * Claim: a request that vgetrandom_quiesce() finds on its way to a new key,
 * anywhere between its look at the sources and the key's arrival, is a system
 * call, and leaves no key behind; so is one with a state that the caller keeps.
 * With vgetrandom_reseed() in the same places it is begun again.
 *
 * To see it fail: leave out vgr_pool_mark_stale in vgetrandom_quiesce; or in
 * vgr_generation_read look whether it is quiet before all else and not again.
 *
 * Linked such that the two calls below are made through here.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "check-draw.h"
#include "check-slot.h"
#include "check-tier.h"
#include "check.h"
#include "entropy.h"
#include "kernel-word.h"

int __real_vgr_entropy_key(uint8_t key[VGR_KEY_LEN]);
int __wrap_vgr_entropy_key(uint8_t key[VGR_KEY_LEN]);
enum vgr_word_verdict __real_vgr_kernel_word_certify(void);
enum vgr_word_verdict __wrap_vgr_kernel_word_certify(void);

static void (*before_key)(void), (*after_key)(void), (*at_certificate)(void);

/* Once. */
static void do_it(void (**what)(void))
{
	void (*it)(void) = *what;

	*what = NULL;
	if (it)
		it();
}

int __wrap_vgr_entropy_key(uint8_t key[VGR_KEY_LEN])
{
	int error;

	do_it(&before_key);
	error = __real_vgr_entropy_key(key);
	do_it(&after_key);
	return error;
}

enum vgr_word_verdict __wrap_vgr_kernel_word_certify(void)
{
	do_it(&at_certificate);
	return __real_vgr_kernel_word_certify();
}

static void quiesce(void)
{
	check_eq(vgetrandom_quiesce(), 0);
}

static struct vgr_state *kept;		/* by us, for vgetrandom_opaque */

static uint8_t bytes[4096];

static void request_own(size_t len)
{
	draw(bytes, len);
}

static void request_kept(size_t len)
{
	check_eq(vgetrandom_opaque(bytes, len, 0, kept, sizeof(*kept)), len);
}

static int is_empty(const struct vgr_state *state)
{
	return check_longest_zero_run(state, VGR_STATE_LEN) == VGR_STATE_LEN;
}

/* The event comes where 'when' points to; the key that is there is stale. */
static void run(void (**when)(void), void (*request)(size_t), size_t len)
{
	struct vgetrandom_info before, after;

	if (when == &at_certificate &&
	    !(info_now().generation & VGETRANDOM_GENERATION_KERNEL))
		return;

	request(len);
	vgetrandom_reseed();
	before = info_now();
	*when = quiesce;
	request(len);
	after = info_now();
	check(!*when);
	check_eq(after.system_calls, before.system_calls + 1);
	check(!after.is_active);
	if (request == request_own)
		check(is_empty(vgr_thread_slot->state));

	vgetrandom_reseed();
	before = info_now();
	*when = vgetrandom_reseed;
	request(len);
	after = info_now();
	check(!*when);
	check_eq(after.system_calls, before.system_calls);
	check(after.is_active);
}

int main(void)
{
	static const size_t lens[] = { 16, 900, 4000 };
	struct vgetrandom_opaque_params parameters;
	int has_opaque;
	size_t i;

	if (check_tier() == 3)
		skip("requests are system calls: there is no key");
	has_opaque = !vgetrandom_opaque(NULL, 0, 0, &parameters, ~0ul);
	if (has_opaque) {
		kept = mmap(NULL, 65536, (int)parameters.mmap_prot,
			    (int)parameters.mmap_flags, -1, 0);
		if (kept == MAP_FAILED)
			hard_error("no memory for a state");
	}

	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		run(&at_certificate, request_own, lens[i]);
		run(&before_key, request_own, lens[i]);
		run(&after_key, request_own, lens[i]);
		if (!has_opaque)
			continue;
		run(&at_certificate, request_kept, lens[i]);
		run(&before_key, request_kept, lens[i]);
		run(&after_key, request_kept, lens[i]);
	}
	return 0;
}
