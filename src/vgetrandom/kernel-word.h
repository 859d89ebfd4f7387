/* SPDX-License-Identifier: MIT */
/*
 * kernel-word.h - the kernel's generation word: found and certified, never
 * assumed.
 *
 * The vDSO compares its keys with a word in the kernel's data pages that moves
 * whenever the kernel reseeds.  Where it lies is no ABI (it has moved between
 * 6.12 and 6.16), so it is looked for in the code of the vDSO's own getrandom
 * and held against what that function does.
 */
#ifndef VGR_KERNEL_WORD_H
#define VGR_KERNEL_WORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vgr_word_verdict {
	VGR_WORD_AGREES,	/* the vDSO stamped a key with this very word */
	VGR_WORD_DISAGREES,	/* it stamped another */
	VGR_WORD_UNDECIDED,	/* not ready, in use elsewhere, or on the move */
};

/* NULL, or why there is no such word.  Called once. */
const char *vgr_kernel_word_init(void);

/* Where it is. */
const volatile uint64_t *vgr_kernel_word(void);

/* Its value by load-acquire; 0 while the kernel's generator is not ready. */
uint64_t vgr_kernel_word_now(void);

/*
 * Has the vDSO draw one byte from a state of ours and compares the stamp it
 * leaves there with the word.  No system call but getrandom(2).
 */
enum vgr_word_verdict vgr_kernel_word_certify(void);

/* Whether the word was ever certified in this process or its ancestors. */
bool vgr_kernel_word_was_certified(void);

/*
 * arch/: every address inside [low, high) that the code may form relative to
 * its own place, right or wrong: what only looks like one may be among them.
 * Writes at most max; returns how many, or 0 if the machine has no such code.
 */
unsigned int vgr_code_addresses(const uint8_t *code, size_t len,
				uintptr_t low, uintptr_t high,
				uintptr_t *found, unsigned int max);

#endif
