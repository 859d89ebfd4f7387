/* SPDX-License-Identifier: MIT */
/*
 * abi-x86_64.h - what the trampoline loads before it calls a core and what it
 * saves afterwards.  The offsets are for abi-x86_64.S.
 */
#ifndef ABI_X86_64_H
#define ABI_X86_64_H

#define ABI_BLOCKS	0
#define ABI_GPR		8		/* rax rcx rdx rbx rsp rbp rsi rdi r8-15 */
#define ABI_FLAGS	136
#define ABI_MXCSR	144
#define ABI_X87		152
#define ABI_MASK	160		/* k0-7 */
#define ABI_VECTOR	256		/* zmm0-31 */

#define ABI_XMM		0
#define ABI_YMM		1
#define ABI_ZMM		2

#ifndef __ASSEMBLER__

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

enum abi_gpr { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11,
	       R12, R13, R14, R15, NGPRS };

struct abi_registers {
	void *blocks;
	uint64_t gpr[NGPRS];
	uint64_t flags;
	uint64_t mxcsr;
	uint64_t x87;			/* tag word: 0xffff is empty */
	uint64_t mask[8];
	uint64_t unused[4];
	uint8_t vector[32][64];
};

static_assert(offsetof(struct abi_registers, gpr) == ABI_GPR, "");
static_assert(offsetof(struct abi_registers, flags) == ABI_FLAGS, "");
static_assert(offsetof(struct abi_registers, mxcsr) == ABI_MXCSR, "");
static_assert(offsetof(struct abi_registers, x87) == ABI_X87, "");
static_assert(offsetof(struct abi_registers, mask) == ABI_MASK, "");
static_assert(offsetof(struct abi_registers, vector) == ABI_VECTOR, "");

/*
 * Calls before->blocks with every register, the stack pointer too, as in
 * before, and saves what it left in after.  width says which vector registers
 * there are: ABI_XMM, ABI_YMM (0-15), ABI_ZMM (0-31 and the masks).
 */
void abi_call(const struct abi_registers *before, struct abi_registers *after,
	      int width);

#endif
#endif
