/* SPDX-License-Identifier: MIT */
/*
 * chacha20-avx512.S - ChaCha20 with a rotate instruction and 32 registers of
 * 512 bits: up to 16 blocks in rows, or 32 blocks in words.
 *
 * void vgr_chacha20_blocks_avx512(uint8_t *out, const void *key,
 *                                 uint64_t counter, size_t nblocks);
 *   rdi out      64 * nblocks bytes written     rsi key      32 bytes, read only
 *   rdx counter  of the first block             rcx nblocks  at least 1
 *
 * Needs AVX512F.  Clobbers rax rcx rdx rdi flags k1 k2 zmm0-31 and leaves
 * every vector and mask register zero.  Never uses the stack.  The key is read
 * for the last time before the run's last block is stored.
 *
 * In rows, 4 blocks are a chain of four registers: row_a is in a0 for blocks 0
 * to 3, in a1 for blocks 4 to 7, and so on (chacha20-sse2.S shows one block).
 *
 *   128-bit lane  0         1         2         3
 *   a0          [ block 0   block 1   block 2   block 3 ]   words 0 - 3
 *   b0          [ block 0   block 1   block 2   block 3 ]   words 4 - 7
 *   ...
 *
 * In words, a register is one word of 16 blocks: a0 is word 0 and d3 word 15 of
 * blocks 0 to 15, A0 to D3 the same of blocks 16 to 31.  Nothing is spilled,
 * for a rotate instruction needs no temporary.
 */
#include "asm.h"

#define out		%rdi
#define key		%rsi
#define counter		%rdx
#define counter_low	%edx
#define nblocks		%rcx
#define rounds_left	%eax
#define scratch		%rax
#define scratch_low	%eax

#define a0		%zmm0
#define a1		%zmm1
#define a2		%zmm2
#define a3		%zmm3
#define b0		%zmm4
#define b1		%zmm5
#define b2		%zmm6
#define b3		%zmm7
#define c0		%zmm8
#define c1		%zmm9
#define c2		%zmm10
#define c3		%zmm11
#define d0		%zmm12
#define d1		%zmm13
#define d2		%zmm14
#define d3		%zmm15

#define A0		%zmm16
#define A1		%zmm17
#define A2		%zmm18
#define A3		%zmm19
#define B0		%zmm20
#define B1		%zmm21
#define B2		%zmm22
#define B3		%zmm23
#define C0		%zmm24
#define C1		%zmm25
#define C2		%zmm26
#define C3		%zmm27
#define D0		%zmm28
#define D1		%zmm29
#define D2		%zmm30
#define D3		%zmm31

/* Four columns, and what stands above, on and below them as diagonals. */
#define all_a		a0, a1, a2, a3
#define all_b		b0, b1, b2, b3
#define all_c		c0, c1, c2, c3
#define all_d		d0, d1, d2, d3
#define diagonal_b	b1, b2, b3, b0
#define diagonal_c	c2, c3, c0, c1
#define diagonal_d	d3, d0, d1, d2

#define all_A		A0, A1, A2, A3
#define all_B		B0, B1, B2, B3
#define all_C		C0, C1, C2, C3
#define all_D		D0, D1, D2, D3
#define diagonal_B	B1, B2, B3, B0
#define diagonal_C	C2, C3, C0, C1
#define diagonal_D	D3, D0, D1, D2

/* What the rounds began with, where there are registers to remember it. */
#define first_a		%zmm16
#define first_b		%zmm17
#define first_c		%zmm18
#define first_d0	%zmm19
#define first_d1	%zmm20
#define first_d2	%zmm21
#define first_d3	%zmm22
#define tmp		%zmm23
#define tmp_low		%xmm23

/* Blocks of the two halves whose counter carries into word 13. */
#define carry		%k1
#define CARRY		%k2

/* Lane i of a turned row is lane (i + n) mod 4 of the row before. */
#define LEFT_1		0x39
#define LEFT_2		0x4e
#define LEFT_3		0x93

/* sum += addend; mixed = rotl32(mixed ^ sum, bits) */
.macro add_xor_rotate sum, addend, mixed, bits
	vpaddd	\addend, \sum,   \sum
	vpxord	\sum,    \mixed, \mixed
	vprold	$\bits,  \mixed, \mixed
.endm

.macro quarter_round a, b, c, d			/* RFC 8439, 2.1 */
	add_xor_rotate	\a, \b, \d, 16
	add_xor_rotate	\c, \d, \b, 12
	add_xor_rotate	\a, \b, \d, 8
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

.macro round_4 left:vararg
	chain_round	a0, b0, c0, d0, \left
.endm

.macro round_8 left:vararg
	round_4		\left
	chain_round	a1, b1, c1, d1, \left
.endm

.macro round_16 left:vararg
	round_8		\left
	chain_round	a2, b2, c2, d2, \left
	chain_round	a3, b3, c3, d3, \left
.endm

.macro twenty_rounds n
	mov	$10, rounds_left
.Ldouble_round_\n:
	round_\n		LEFT_3, LEFT_1, LEFT_2	/* columns: diagonals stand up */
	round_\n		LEFT_1, LEFT_3, LEFT_2	/* diagonals: they lie down    */
	dec	rounds_left
	jnz	.Ldouble_round_\n
.endm

/*
 * Four side by side: all sums, all xors, all rotations.  3% faster for 32
 * blocks than quarter round after quarter round (Zen 5), slower in rows.
 */
.macro add_xor_rotate_4 s0, s1, s2, s3, e0, e1, e2, e3, m0, m1, m2, m3, bits
	vpaddd	\e0, \s0, \s0
	vpaddd	\e1, \s1, \s1
	vpaddd	\e2, \s2, \s2
	vpaddd	\e3, \s3, \s3
	vpxord	\s0, \m0, \m0
	vpxord	\s1, \m1, \m1
	vpxord	\s2, \m2, \m2
	vpxord	\s3, \m3, \m3
	vprold	$\bits, \m0, \m0
	vprold	$\bits, \m1, \m1
	vprold	$\bits, \m2, \m2
	vprold	$\bits, \m3, \m3
.endm

/* RFC 8439, 2.1: four words or rows a, then b, c and d. */
.macro four_quarter_rounds w0, w1, w2, w3, x0, x1, x2, x3, \
			   y0, y1, y2, y3, z0, z1, z2, z3
	add_xor_rotate_4 \w0,\w1,\w2,\w3, \x0,\x1,\x2,\x3, \z0,\z1,\z2,\z3, 16
	add_xor_rotate_4 \y0,\y1,\y2,\y3, \z0,\z1,\z2,\z3, \x0,\x1,\x2,\x3, 12
	add_xor_rotate_4 \w0,\w1,\w2,\w3, \x0,\x1,\x2,\x3, \z0,\z1,\z2,\z3, 8
	add_xor_rotate_4 \y0,\y1,\y2,\y3, \z0,\z1,\z2,\z3, \x0,\x1,\x2,\x3, 7
.endm

/* Stores a block, and is done if it was the last one asked for. */
.macro store_block block, register
	vmovdqu64 \register, (\block) * 64(out)
	dec	nblocks
	jz	.Lwipe
.endm

/* p, q, r, s: rows a, b, c, d of four blocks.  Clobbers them and t. */
.macro store_blocks first, p, q, r, s, t
	vshufi32x4	$0x44, \q, \p, \t	/* p0 p1 q0 q1 */
	vshufi32x4	$0xee, \q, \p, \p	/* p2 p3 q2 q3 */
	vshufi32x4	$0x44, \s, \r, \q
	vshufi32x4	$0xee, \s, \r, \r
	vshufi32x4	$0x88, \q, \t, \s	/* p0 q0 r0 s0 */
	vshufi32x4	$0xdd, \q, \t, \t
	vshufi32x4	$0x88, \r, \p, \q
	vshufi32x4	$0xdd, \r, \p, \p
	store_block	\first,     \s
	store_block	\first + 1, \t
	store_block	\first + 2, \q
	store_block	\first + 3, \p
.endm

.macro load_rows row_a, row_b, row_c, row_d, first_d
	vmovdqa64 first_a, \row_a
	vmovdqa64 first_b, \row_b
	vmovdqa64 first_c, \row_c
	vmovdqa64 \first_d, \row_d
.endm

.macro finish_rows first, row_a, row_b, row_c, row_d, first_d
	vpaddd	first_a,  \row_a, \row_a
	vpaddd	first_b,  \row_b, \row_b
	vpaddd	first_c,  \row_c, \row_c
	vpaddd	\first_d, \row_d, \row_d
	store_blocks	\first, \row_a, \row_b, \row_c, \row_d, tmp
.endm

/*
 * Words p, q, r, s of 16 blocks become, in each 128-bit lane, those four words
 * of one block: s has the first block of the lane's four, t the second, q the
 * third, p the last, and r is free.
 */
.macro gather_words p, q, r, s, t
	vpunpckldq	\q, \p, \t		/* p0 q0 p1 q1 */
	vpunpckhdq	\q, \p, \p		/* p2 q2 p3 q3 */
	vpunpckldq	\s, \r, \q
	vpunpckhdq	\s, \r, \r
	vpunpcklqdq	\q, \t, \s		/* p0 q0 r0 s0 */
	vpunpckhqdq	\q, \t, \t
	vpunpcklqdq	\r, \p, \q
	vpunpckhqdq	\r, \p, \p
.endm

.macro load_words p, q, r, s, P, Q, R, S, from
	vpbroadcastd  0 + \from, \p
	vpbroadcastd  4 + \from, \q
	vpbroadcastd  8 + \from, \r
	vpbroadcastd 12 + \from, \s
	 vmovdqa64    \p, \P
	 vmovdqa64    \q, \Q
	 vmovdqa64    \r, \R
	 vmovdqa64    \s, \S
.endm

.macro add_words p, q, r, s, P, Q, R, S, from
	vpaddd	 0 + \from{1to16}, \p, \p
	vpaddd	 4 + \from{1to16}, \q, \q
	vpaddd	 8 + \from{1to16}, \r, \r
	vpaddd	12 + \from{1to16}, \s, \s
	 vpaddd	 0 + \from{1to16}, \P, \P
	 vpaddd	 4 + \from{1to16}, \Q, \Q
	 vpaddd	 8 + \from{1to16}, \R, \R
	 vpaddd	12 + \from{1to16}, \S, \S
.endm

/* Word 12 of block i is counter_low + i: a carry where i > ~counter_low. */
.macro add_counters free
	mov	counter, scratch
	not	scratch
	vpbroadcastd	scratch_low, \free
	vpcmpltud	.Lblocks_0_15(%rip), \free, carry
	 vpcmpltud	.Lblocks_16_31(%rip), \free, CARRY
	vpbroadcastd	counter_low, \free
	vpaddd	\free, d0, d0
	 vpaddd	\free, D0, D0
	vpaddd	.Lblocks_0_15(%rip), d0, d0
	 vpaddd	.Lblocks_16_31(%rip), D0, D0
	mov	counter, scratch
	shr	$32, scratch
	vpbroadcastd	scratch_low, \free
	vpaddd	\free, d1, d1
	 vpaddd	\free, D1, D1
	vpaddd	.Lone(%rip){1to16}, d1, d1{carry}
	 vpaddd	.Lone(%rip){1to16}, D1, D1{CARRY}
.endm

SECTION_ENTRY(vgr_chacha20_in_section_avx512, vgr_chacha20_blocks_avx512)

FUNCTION(vgr_chacha20_blocks_avx512)
	cmp	$16, nblocks
	ja	.Lthirty_two_blocks

.Lup_to_sixteen_blocks:
	vbroadcasti32x4	.Lrow_a(%rip), first_a
	vbroadcasti32x4	  (key), first_b
	vbroadcasti32x4	16(key), first_c		/* the key's last use */
	vmovq		counter, tmp_low
	vshufi32x4	$0, tmp, tmp, tmp
	vpaddq		.Lblocks_0_3(%rip), tmp, first_d0

	load_rows	a0, b0, c0, d0, first_d0
	cmp	$4, nblocks
	ja	.Lmore_than_four
	twenty_rounds 4
	finish_rows	0, a0, b0, c0, d0, first_d0

.Lmore_than_four:
	vpaddq		.Lfour_blocks_on(%rip), first_d0, first_d1
	load_rows	a1, b1, c1, d1, first_d1
	cmp	$8, nblocks
	ja	.Lmore_than_eight
	twenty_rounds 8
	finish_rows	0, a0, b0, c0, d0, first_d0
	finish_rows	4, a1, b1, c1, d1, first_d1

.Lmore_than_eight:
	vpaddq		.Lfour_blocks_on(%rip), first_d1, first_d2
	vpaddq		.Lfour_blocks_on(%rip), first_d2, first_d3
	load_rows	a2, b2, c2, d2, first_d2
	load_rows	a3, b3, c3, d3, first_d3
	twenty_rounds 16
	finish_rows	0, a0, b0, c0, d0, first_d0
	finish_rows	4, a1, b1, c1, d1, first_d1
	finish_rows	8, a2, b2, c2, d2, first_d2
	finish_rows	12, a3, b3, c3, d3, first_d3

.Lthirty_two_blocks:
	.irp	word, all_d, all_D
	vpxord	\word, \word, \word
	.endr
	add_counters	A0
	load_words	all_a, all_A,    .Lrow_a(%rip)
	load_words	all_b, all_B,  0(key)
	load_words	all_c, all_C, 16(key)
	mov	$10, rounds_left
.Ldouble_round_32:
	four_quarter_rounds  all_a, all_b, all_c, all_d
	 four_quarter_rounds all_A, all_B, all_C, all_D
	four_quarter_rounds  all_a, diagonal_b, diagonal_c, diagonal_d
	 four_quarter_rounds all_A, diagonal_B, diagonal_C, diagonal_D
	dec	rounds_left
	jnz	.Ldouble_round_32

	add_words	all_a, all_A,    .Lrow_a(%rip)
	add_words	all_b, all_B,  0(key)
	add_words	all_c, all_C, 16(key)		/* the key's last use */

	/*
	 * No register is free, and gathering needs one.  A0 is finished, so it
	 * waits where block 16 will be, and the first half uses its place.
	 */
	vmovdqu64	A0, 16*64(out)
	add_counters	A0
	gather_words	all_a, A0
	gather_words	all_b, a2
	gather_words	all_c, b2
	gather_words	all_d, c2
	store_blocks	 0, a3, b3, c3, d3, d2
	store_blocks	 4, A0, a2, b2, c2, c3
	store_blocks	 8, a1, b1, c1, d1, b2
	store_blocks	12, a0, b0, c0, d0, b1

	vmovdqu64	16*64(out), A0
	gather_words	all_A, a0
	gather_words	all_B, A2
	gather_words	all_C, B2
	gather_words	all_D, C2
	store_blocks	16, A3, B3, C3, D3, D2
	store_blocks	20, a0, A2, B2, C2, C3
	store_blocks	24, A1, B1, C1, D1, B2
	store_blocks	28, A0, B0, C0, D0, B1

	add	$32*64, out
	add	$32, counter
	cmp	$16, nblocks
	ja	.Lthirty_two_blocks
	jmp	.Lup_to_sixteen_blocks

.Lwipe:
	.irp	word, all_A, all_B, all_C, all_D
	vpxord	\word, \word, \word
	.endr
	kxorw	carry, carry, carry
	kxorw	CARRY, CARRY, CARRY
	vzeroall				/* 0-15, all 512 bits */
	ret
END_FUNCTION(vgr_chacha20_blocks_avx512)

SECTION_OF_CORES(vgr_chacha20_section_avx512, vgr_chacha20_in_section_avx512, .Lwipe)

	.section .rodata, "a", @progbits
	.balign	64
.Lblocks_0_3:
	.quad	0, 0,  1, 0,  2, 0,  3, 0
.Lfour_blocks_on:
	.quad	4, 0,  4, 0,  4, 0,  4, 0
.Lblocks_0_15:					/* as gather_words wants them */
	.long	 0,  4,  8, 12,  1,  5,  9, 13,  2,  6, 10, 14,  3,  7, 11, 15
.Lblocks_16_31:
	.long	16, 20, 24, 28, 17, 21, 25, 29, 18, 22, 26, 30, 19, 23, 27, 31
.Lrow_a:
	.ascii	"expand 32-byte k"
.Lone:
	.long	1
