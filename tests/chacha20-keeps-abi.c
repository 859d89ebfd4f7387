/* SPDX-License-Identifier: MIT */
/*
 * Claim: a core keeps the registers the ABI says it keeps and the stack, and
 * leaves nothing that depends on the key in any register.
 *
 * Every run is made twice with different keys and all else the same.  What the
 * core leaves in registers must not differ between the two, and each vector
 * and mask register must be zero or the junk that lay there before, its upper
 * parts included.  Below the stack pointer nothing but the return address may
 * have changed.
 *
 * To see it fail: drop one register from the list in a core's .Lwipe; or save
 * rbx to the stack and restore it; or leave out vzeroupper.
 */
#include "chacha20-cores.h"

#if defined(__x86_64__)

#include "abi-x86_64.h"

#define MAX_BLOCKS	50
#define STACK_WORDS	1024
#define RETURN_ADDRESS	(STACK_WORDS / 2 - 1)

static uint8_t out[64 * MAX_BLOCKS];
static uint8_t key[32];
static uint64_t stack[STACK_WORDS], stack_before[STACK_WORDS];
static struct abi_registers before, after[2];

static int width_of_vectors(void)
{
	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx512f"))
		return ABI_ZMM;
	return __builtin_cpu_supports("avx") ? ABI_YMM : ABI_XMM;
}

static void prepare(const struct vgr_chacha20_impl *impl, uint64_t counter,
		    size_t nblocks)
{
	check_random_bytes(&before, sizeof(before));
	check_random_bytes(stack, sizeof(stack));
	memcpy(stack_before, stack, sizeof(stack));

	memcpy(&before.blocks, &impl->blocks, sizeof(before.blocks));
	before.gpr[RSP] = (uint64_t)&stack[RETURN_ADDRESS + 1];
	before.gpr[RDI] = (uint64_t)out;
	before.gpr[RSI] = (uint64_t)key;
	before.gpr[RDX] = counter;
	before.gpr[RCX] = nblocks;
}

static void check_kept(const struct abi_registers *left)
{
	static const enum abi_gpr kept[] = { RSP, RBX, RBP, R12, R13, R14, R15 };
	const uint64_t direction = 1 << 10;
	size_t i;

	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		check_eq(left->gpr[kept[i]], before.gpr[kept[i]]);
	check(!(left->flags & direction));
	check_eq(left->mxcsr, 0x1f80);
	check_eq(left->x87, 0xffff);

	stack_before[RETURN_ADDRESS] = stack[RETURN_ADDRESS];
	check_bytes(stack, stack_before, sizeof(stack));
}

static int is_zero(const void *bytes, size_t len)
{
	return check_longest_zero_run(bytes, len) == len;
}

/* Part by part, for an SSE core knows nothing of upper halves. */
static void check_zero_or_junk(const struct abi_registers *left, int width)
{
	size_t parts = (size_t)1 << width, nvectors = width == ABI_ZMM ? 32 : 16;
	size_t i, part;

	for (i = 0; i < nvectors; i++) {
		for (part = 0; part < parts; part++) {
			const uint8_t *now = left->vector[i] + 16 * part;
			const uint8_t *then = before.vector[i] + 16 * part;

			check(is_zero(now, 16) || !memcmp(now, then, 16));
		}
	}
	for (i = 0; i < 8 && width == ABI_ZMM; i++)
		check(!left->mask[i] ||
		      (uint16_t)left->mask[i] == (uint16_t)before.mask[i]);
}

/* vzeroupper or better: whatever is left must not slow down SSE code. */
static void check_upper_halves_clean(const struct abi_registers *left, int width)
{
	size_t i;

	for (i = 0; i < 16; i++)
		check(is_zero(left->vector[i] + 16, ((size_t)16 << width) - 16));
}

static void check_core(const struct vgr_chacha20_impl *impl, int width,
		       uint64_t counter, size_t nblocks)
{
	int is_sse = !strcmp(impl->name, "sse2");
	int i;

	prepare(impl, counter, nblocks);
	memset(after, 0, sizeof(after));
	for (i = 0; i < 2; i++) {
		check_random_bytes(key, sizeof(key));
		memset(out, 0, sizeof(out));
		memcpy(stack, stack_before, sizeof(stack));
		abi_call(&before, &after[i], width);
		check_kept(&after[i]);
		check_zero_or_junk(&after[i], width);
		if (!is_sse)
			check_upper_halves_clean(&after[i], width);
	}
	check_bytes(&after[1], &after[0], sizeof(after[0]));
}

int main(void)
{
	static const uint64_t counters[] = { 0, (1ull << 32) - 3, ~0ull - 1 };
	const struct vgr_chacha20_impl *impl;
	int width = width_of_vectors();
	size_t nblocks, i;

	printf("vector registers of %d bytes\n", 16 << width);
	for_each_core(impl) {
		if (!strcmp(impl->name, "portable"))
			continue;	/* C: spills, as its contract says */
		for (nblocks = 1; nblocks <= MAX_BLOCKS; nblocks++)
			for (i = 0; i < 3; i++)
				check_core(impl, width, counters[i], nblocks);
	}
	return 0;
}

#else

int main(void)
{
	skip("no trampoline for this machine");
}

#endif
