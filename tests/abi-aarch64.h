/* SPDX-License-Identifier: MIT */
/*
 * abi-aarch64.h - what the trampoline loads before it calls a core and what it
 * saves afterwards.  The offsets are for abi-aarch64.S.
 */
#ifndef ABI_AARCH64_H
#define ABI_AARCH64_H

#define ABI_BLOCKS	0
#define ABI_SP		8
#define ABI_FPCR	16
#define ABI_FPSR	24
#define ABI_X		32		/* x0-x30; x30 as the core left it */
#define ABI_V		288		/* v0-v31 */

#ifndef __ASSEMBLER__

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

struct abi_registers {
	void *blocks;
	uint64_t sp;
	uint64_t fpcr, fpsr;
	uint64_t x[31];
	uint64_t unused;
	uint8_t v[32][16];
};

static_assert(offsetof(struct abi_registers, sp) == ABI_SP, "");
static_assert(offsetof(struct abi_registers, fpcr) == ABI_FPCR, "");
static_assert(offsetof(struct abi_registers, x) == ABI_X, "");
static_assert(offsetof(struct abi_registers, v) == ABI_V, "");

/*
 * Calls before->blocks with every register, the stack pointer too, as in
 * before (but x30), and saves what it left in after.
 */
void abi_call(const struct abi_registers *before, struct abi_registers *after);

#endif
#endif
