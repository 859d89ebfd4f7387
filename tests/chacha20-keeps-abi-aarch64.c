/* SPDX-License-Identifier: MIT */
/*
 * Claim: a core keeps the registers the ABI says it keeps and the stack, and
 * leaves nothing that depends on the key in any register.
 *
 * Every run is made twice with different keys and all else the same.  What the
 * core leaves in registers must not differ between the two, and each vector
 * register must be zero or the junk that lay there before.  x18 and the whole
 * of v8 to v15 must be as before, though the ABI protects less.  Around the
 * stack pointer nothing may have changed.
 *
 * To see it fail: drop a register from the list in a core's .Lwipe; use v8 for
 * tmp; save x19 to the stack and restore it.
 */
#include "abi-aarch64.h"
#include "chacha20-cores.h"

#define MAX_BLOCKS	40
#define STACK_WORDS	1024

static uint8_t out[64 * MAX_BLOCKS];
static uint8_t key[32];
static uint64_t stack[STACK_WORDS] __attribute__((aligned(16)));
static uint64_t stack_before[STACK_WORDS];
static struct abi_registers before, after[2];

static void prepare(const struct vgr_chacha20_impl *impl, uint64_t counter,
		    size_t nblocks)
{
	check_random_bytes(&before, sizeof(before));
	check_random_bytes(stack_before, sizeof(stack_before));

	memcpy(&before.blocks, &impl->blocks, sizeof(before.blocks));
	before.sp = (uint64_t)&stack[STACK_WORDS / 2];
	before.x[0] = (uint64_t)out;
	before.x[1] = (uint64_t)key;
	before.x[2] = counter;
	before.x[3] = nblocks;
}

static void check_kept(const struct abi_registers *left)
{
	int i;

	check_eq(left->sp, before.sp);
	check_eq(left->fpcr, 0);
	check_eq(left->fpsr, 0);
	for (i = 18; i < 30; i++)
		check_eq(left->x[i], before.x[i]);
	for (i = 8; i < 16; i++)
		check_bytes(left->v[i], before.v[i], 16);
	check_bytes(stack, stack_before, sizeof(stack));
}

static void check_zero_or_junk(const struct abi_registers *left)
{
	int i;

	for (i = 0; i < 32; i++)
		check(check_longest_zero_run(left->v[i], 16) == 16 ||
		      !memcmp(left->v[i], before.v[i], 16));
}

static void check_core(const struct vgr_chacha20_impl *impl, uint64_t counter,
		       size_t nblocks)
{
	int i;

	prepare(impl, counter, nblocks);
	memset(after, 0, sizeof(after));
	for (i = 0; i < 2; i++) {
		check_random_bytes(key, sizeof(key));
		memset(out, 0, sizeof(out));
		memcpy(stack, stack_before, sizeof(stack));
		abi_call(&before, &after[i]);
		check_kept(&after[i]);
		check_zero_or_junk(&after[i]);
	}
	check_bytes(&after[1], &after[0], sizeof(after[0]));
}

int main(void)
{
	static const uint64_t counters[] = { 0, (1ull << 32) - 3, ~0ull - 1 };
	const struct vgr_chacha20_impl *impl;
	size_t nblocks, i;

	for_each_core(impl) {
		if (!strcmp(impl->name, "portable"))
			continue;	/* C: spills, as its contract says */
		for (nblocks = 1; nblocks <= MAX_BLOCKS; nblocks++)
			for (i = 0; i < 3; i++)
				check_core(impl, counters[i], nblocks);
	}
	return 0;
}
