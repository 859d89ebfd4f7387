/* SPDX-License-Identifier: MIT */
/*
 * Claim: no branch and no address depends on the key, on the batch or on the
 * bytes served.
 *
 * To see it fail: have vgr_copy_and_zero stop at a byte that is zero.
 *
 * Under valgrind's memcheck (constant-time.sh) the secrets are marked as
 * undefined, and each decision made from them is an error.  Without it the
 * marks do nothing.  It hides the vDSO, and nothing would say there when keys are
 * stale: so a word of our own is put in the kernel's place (--wrap).
 */
#include <stdio.h>
#include <string.h>

#include "chacha20-cores.h"
#include "check-tier.h"
#include "check.h"
#include "copy.h"
#include "generator.h"
#include "kernel-word.h"
#include "thread.h"
#include "vgetrandom.h"

#define MAX_BLOCKS	40

#ifdef __x86_64__
/* A client request: instructions that do nothing but on valgrind's processor. */
static void ask_memcheck(uint64_t request, const void *at, size_t len)
{
	uint64_t words[6] = { request, (uint64_t)at, len };
	uint64_t answer = 0;

	__asm__ volatile("rolq $3, %%rdi\n\trolq $13, %%rdi\n\t"
			 "rolq $61, %%rdi\n\trolq $51, %%rdi\n\t"
			 "xchgq %%rbx, %%rbx"
			 : "+d"(answer) : "a"(words) : "cc", "memory");
}
#else
static void ask_memcheck(uint64_t request, const void *at, size_t len)
{
	(void)request;
	(void)at;
	(void)len;
	skip("not written for this processor");
}
#endif

static void hide(const void *at, size_t len)
{
	ask_memcheck(0x4d430001, at, len);
}

static void show(const void *at, size_t len)
{
	ask_memcheck(0x4d430002, at, len);
}

static void try_cores(void)
{
	static uint8_t out[64 * MAX_BLOCKS], key[32];
	const struct vgr_chacha20_impl *impl;
	size_t n;

	for_each_core(impl)
		for (n = 1; n <= MAX_BLOCKS; n++) {
			check_random_bytes(key, sizeof(key));
			hide(key, sizeof(key));
			impl->blocks(out, key, 0, n);
			show(out, sizeof(out));
			show(key, sizeof(key));
		}
}

static void try_copy(void)
{
	static uint8_t from[VGR_BATCH_LEN], to[VGR_BATCH_LEN];
	size_t len;

	for (len = 0; len <= VGR_BATCH_LEN; len++) {
		check_random_bytes(from, sizeof(from));
		hide(from, sizeof(from));
		vgr_copy_and_zero(to, from, len);
		show(from, sizeof(from));
		show(to, sizeof(to));
	}
}

/* ---- Whole requests ------------------------------------------------------------ */

static const volatile uint64_t word = 7;

__typeof__(vgr_kernel_word_init) __wrap_vgr_kernel_word_init;
__typeof__(vgr_kernel_word) __wrap_vgr_kernel_word;
__typeof__(vgr_kernel_word_now) __wrap_vgr_kernel_word_now;
__typeof__(vgr_kernel_word_certify) __wrap_vgr_kernel_word_certify;

const char *__wrap_vgr_kernel_word_init(void)
{
	return NULL;
}

const volatile uint64_t *__wrap_vgr_kernel_word(void)
{
	return &word;
}

uint64_t __wrap_vgr_kernel_word_now(void)
{
	return word;
}

enum vgr_word_verdict __wrap_vgr_kernel_word_certify(void)
{
	return VGR_WORD_AGREES;
}

static void try_requests(void)
{
	static uint8_t bytes[5000];
	static const size_t lens[] = {
		0, 1, 4, 8, 16, 32, 33, 100, 256, 928, 1000, 4096, 5000,
	};
	struct vgr_state *state;
	size_t i, j;

	check_eq(vgetrandom_prepare(), 0);
	state = vgr_thread_slot->state;
	for (i = 0; i < 300; i++) {
		uint64_t values[2];

		hide(state->batch, VGR_BATCH_LEN + VGR_KEY_LEN);
		values[0] = vgetrandom_u64();
		values[1] = vgetrandom_u32();
		show(values, sizeof(values));
		vgetrandom_buf(bytes, i);
		show(bytes, sizeof(bytes));
	}
	for (i = 0; i < 50; i++)
		for (j = 0; j < sizeof(lens) / sizeof(lens[0]); j++) {
			hide(state->batch, VGR_BATCH_LEN + VGR_KEY_LEN);
			check_eq(vgetrandom(bytes, lens[j], 0), lens[j]);
			show(bytes, sizeof(bytes));
		}
	show(state->batch, VGR_BATCH_LEN + VGR_KEY_LEN);
}

int main(void)
{
	try_cores();
	try_copy();
	if (check_tier() < 3)
		try_requests();
	return 0;
}
