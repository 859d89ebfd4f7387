/* SPDX-License-Identifier: MIT */
/*
 * chacha20-avx2.S - ChaCha20 with registers of 256 bits: six blocks at a time,
 * four, or two.
 *
 * void vgr_chacha20_blocks_avx2(uint8_t *out, const void *key,
 *                               uint64_t counter, size_t nblocks);
 *   rdi out      64 * nblocks bytes written     rsi key      32 bytes, read only
 *   rdx counter  of the first block             rcx nblocks  at least 1
 *
 * Needs AVX2.  Clobbers rax rcx rdx rdi flags ymm0-15 and leaves every vector
 * register zero.  Never uses the stack.  The key is read for the last time
 * before the run's last block is stored.
 *
 * Two blocks in rows (chacha20-sse2.S shows one) are a chain of four registers:
 *
 *   128-bit lane  0         1
 *   a0          [ block 0   block 1 ]   words 0 - 3
 *   b0          [ block 0   block 1 ]   words 4 - 7
 *   c0          [ block 0   block 1 ]   words 8 - 11
 *   d0          [ block 0   block 1 ]   words 12 - 15
 *
 * Three chains keep the execution units busy while each waits for itself, and
 * leave registers for the temporary and the two byte shuffles; a fourth would
 * have to spill.  The processor interleaves them better than we can: a step of
 * each in turn took 634 cycles for six blocks, a round of each 595 (Zen 5).
 */
#include "asm.h"

#define out		%rdi
#define key		%rsi
#define counter		%rdx
#define nblocks		%rcx
#define rounds_left	%eax

#define a0		%ymm0
#define b0		%ymm1
#define c0		%ymm2
#define d0		%ymm3
#define a1		%ymm4
#define b1		%ymm5
#define c1		%ymm6
#define d1		%ymm7
#define a2		%ymm8
#define b2		%ymm9
#define c2		%ymm10
#define d2		%ymm11
#define tmp		%ymm12
#define tmp_low		%xmm12
#define swap_halves	%ymm13		/* vpshufb: rotl32 by 16 */
#define turn_bytes	%ymm14		/* vpshufb: rotl32 by 8 */

/* Lane i of a turned row is lane (i + n) mod 4 of the row before. */
#define LEFT_1		0x39
#define LEFT_2		0x4e
#define LEFT_3		0x93

/* sum += addend; mixed = rotl32(mixed ^ sum, bits).  Clobbers tmp. */
.macro add_xor_rotate sum, addend, mixed, bits
	vpaddd	\addend, \sum, \sum
	vpxor	\sum, \mixed, \mixed
	vpslld	$\bits, \mixed, tmp
	vpsrld	$(32 - \bits), \mixed, \mixed
	vpor	tmp, \mixed, \mixed
.endm

/* The same, rotating by the whole bytes that shuffle says. */
.macro add_xor_shuffle sum, addend, mixed, shuffle
	vpaddd	\addend, \sum, \sum
	vpxor	\sum, \mixed, \mixed
	vpshufb	\shuffle, \mixed, \mixed
.endm

.macro quarter_round a, b, c, d			/* RFC 8439, 2.1 */
	add_xor_shuffle	\a, \b, \d, swap_halves
	add_xor_rotate	\c, \d, \b, 12
	add_xor_shuffle	\a, \b, \d, turn_bytes
	add_xor_rotate	\c, \d, \b, 7
.endm

/*
 * Columns or diagonals of one chain, whose rows then turn.  Row b stays: a
 * quarter round finishes it last, so the next would wait for it.
 */
.macro chain_round a, b, c, d, left_a, left_c, left_d
	quarter_round	\a, \b, \c, \d
	vpshufd	$\left_a, \a, \a
	vpshufd	$\left_c, \c, \c
	vpshufd	$\left_d, \d, \d
.endm

.macro round_2 left:vararg
	chain_round	a0, b0, c0, d0, \left
.endm

.macro round_4 left:vararg
	round_2		\left
	chain_round	a1, b1, c1, d1, \left
.endm

.macro round_6 left:vararg
	round_4		\left
	chain_round	a2, b2, c2, d2, \left
.endm

.macro twenty_rounds n
	mov	$10, rounds_left
.Ldouble_round_\n:
	round_\n		LEFT_3, LEFT_1, LEFT_2	/* columns: diagonals stand up */
	round_\n		LEFT_1, LEFT_3, LEFT_2	/* diagonals: they lie down    */
	dec	rounds_left
	jnz	.Ldouble_round_\n
.endm

/* Row d of the chain that starts so many blocks on; a carry stays in 64 bits. */
.macro load_counters row, row_low, blocks_on
	vmovq		counter, \row_low
	vinserti128	$1, \row_low, \row, \row
	vpaddq		.Lblocks_\blocks_on(%rip), \row, \row
.endm

.macro load_chain row_a, row_b, row_c
	vbroadcasti128	.Lrow_a(%rip), \row_a
	vbroadcasti128	  (key), \row_b
	vbroadcasti128	16(key), \row_c
.endm

.macro add_first row_a, row_b, row_c
	vbroadcasti128	.Lrow_a(%rip), tmp
	vpaddd	tmp, \row_a, \row_a
	vbroadcasti128	(key), tmp
	vpaddd	tmp, \row_b, \row_b
	vbroadcasti128	16(key), tmp
	vpaddd	tmp, \row_c, \row_c
.endm

.macro add_counters row, blocks_on
	load_counters tmp, tmp_low, \blocks_on
	vpaddd	tmp, \row, \row
.endm

/* Stores the next block, unless the one before was the last. */
.macro store_block half, other_half
	vmovdqu	\half,         (out)
	vmovdqu	\other_half, 32(out)
	add	$64, out
	dec	nblocks
	jz	.Lwipe
.endm

.macro store_chain row_a, row_b, row_c, row_d
	vperm2i128	$0x20, \row_b, \row_a, tmp
	vperm2i128	$0x31, \row_b, \row_a, \row_a
	vperm2i128	$0x20, \row_d, \row_c, \row_b
	vperm2i128	$0x31, \row_d, \row_c, \row_c
	store_block	tmp,    \row_b
	store_block	\row_a, \row_c
.endm

SECTION_ENTRY(vgr_chacha20_in_section_avx2, vgr_chacha20_blocks_avx2)

FUNCTION(vgr_chacha20_blocks_avx2)
	vbroadcasti128	.Lswap_halves(%rip), swap_halves
	vbroadcasti128	.Lturn_bytes(%rip), turn_bytes

.Lnext_blocks:
	load_chain	a0, b0, c0
	load_counters	d0, %xmm3, 0
	cmp	$2, nblocks
	ja	.Lmore_than_two

	twenty_rounds 2
	add_first	a0, b0, c0			/* the key's last use */
	add_counters	d0, 0
	store_chain	a0, b0, c0, d0

.Lmore_than_two:
	load_chain	a1, b1, c1
	load_counters	d1, %xmm7, 2
	cmp	$4, nblocks
	ja	.Lmore_than_four

	twenty_rounds 4
	add_first	a0, b0, c0
	 add_first	a1, b1, c1			/* the key's last use */
	add_counters	d0, 0
	 add_counters	d1, 2
	store_chain	a0, b0, c0, d0
	 store_chain	a1, b1, c1, d1

.Lmore_than_four:
	load_chain	a2, b2, c2
	load_counters	d2, %xmm11, 4
	twenty_rounds 6
	add_first	a0, b0, c0
	 add_first	a1, b1, c1
	  add_first	a2, b2, c2			/* the key's last use */
	add_counters	d0, 0
	 add_counters	d1, 2
	  add_counters	d2, 4
	store_chain	a0, b0, c0, d0
	 store_chain	a1, b1, c1, d1
	  store_chain	a2, b2, c2, d2
	add	$6, counter
	jmp	.Lnext_blocks

.Lwipe:
	vzeroall
	ret
END_FUNCTION(vgr_chacha20_blocks_avx2)

SECTION_OF_CORES(vgr_chacha20_section_avx2, vgr_chacha20_in_section_avx2, .Lwipe)

	.section .rodata, "a", @progbits
	.balign	32
.Lblocks_0:
	.quad	0, 0,  1, 0
.Lblocks_2:
	.quad	2, 0,  3, 0
.Lblocks_4:
	.quad	4, 0,  5, 0
.Lrow_a:
	.ascii	"expand 32-byte k"
.Lswap_halves:
	.byte	2, 3, 0, 1,  6, 7, 4, 5,  10, 11, 8, 9,  14, 15, 12, 13
.Lturn_bytes:
	.byte	3, 0, 1, 2,  7, 4, 5, 6,  11, 8, 9, 10,  15, 12, 13, 14
