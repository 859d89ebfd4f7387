/* SPDX-License-Identifier: MIT */
/*
 * chacha20-neon7.S - ChaCha20 on any aarch64, seven blocks at a time: five in
 * vector registers, and meanwhile two, one after the other, in general ones.
 *
 * void vgr_chacha20_blocks_neon7(uint8_t *out, const void *key,
 *                                uint64_t counter, size_t nblocks);
 *   x0 out      64 * nblocks bytes written      x1 key      32 bytes, read only
 *   x2 counter  of the first block              x3 nblocks  at least 1
 *
 * Clobbers x0-x17 flags v0-v7 v16-v31.  Never uses the stack.  Zeroes each
 * register that held a secret.  The key is read for the last time before the
 * last block's words 8 to 15 are stored.
 *
 * Blocks 0 to 3 of a pass lie in words, a register being one word of each:
 *
 *   lane     0         1         2         3
 *   a0     [ block 0   block 1   block 2   block 3 ]   state word 0
 *   ...                                                words 1 to 14
 *   d3     [ block 0   block 1   block 2   block 3 ]   state word 15
 *
 * Block 4 lies in rows, as in chacha20-neon.S.  Blocks 5 and 6 lie in words
 * again: word n of one block is register w<n>.
 *
 * Why so: a quarter round is a chain of 14 vector instructions, 2 cycles each
 * on most machines, so what counts is how many chains there are.  Without
 * v8-v15, whose lower halves are the caller's, five fit: 20 registers, a
 * temporary, the shuffle, and two to keep the arguments.  In the 28 cycles of
 * one chain the general registers, at 12 cycles, do two.  bench/model has what
 * becomes of that on five machines.
 */
#include "asm.h"

#define out		x0
#define key		x1
#define counter		x2
#define nblocks		x3

/* While x0 to x15 are the words of a block: */
#define rounds_left	x16
#define KEPT_KEY	v31.d[0]
#define KEPT_COUNTER	v31.d[1]
#define KEPT_NBLOCKS	v29.d[0]
#define KEPT_OUT	v29.d[1]

/* Vector registers by number, for macros that say v\word and q\word. */
#define a0		0
#define a1		1
#define a2		2
#define a3		3
#define b0		4
#define b1		5
#define b2		6
#define b3		7
#define c0		16
#define c1		17
#define c2		18
#define c3		19
#define d0		20
#define d1		21
#define d2		22
#define d3		23
#define row_a		24
#define row_b		25
#define row_c		26
#define row_d		27
#define tmp		28
#define shuffle		30		/* tbl: rotl32 by 8 */

/* Bytes to turn a row by: lane i is lane (i + n) mod 4 of the row before. */
#define LEFT_1		4
#define LEFT_2		8
#define LEFT_3		12

/* What lies at .Lconstants */
#define ROW_A		0
#define BLOCKS_0_1	16
#define ONE		24
#define BLOCKS_2_3	32
#define TURN_BYTES	48

#include "chacha20-scalar.h"

.macro keep_arguments
	mov	KEPT_KEY,     key
	mov	KEPT_COUNTER, counter
	mov	KEPT_NBLOCKS, nblocks
	mov	KEPT_OUT,     out
.endm

.macro take_arguments
	mov	key,     KEPT_KEY
	mov	counter, KEPT_COUNTER
	mov	nblocks, KEPT_NBLOCKS
	mov	out,     KEPT_OUT
.endm

/*
 * Follows each vector instruction: spreads nwoven scalar ones over the NVECTOR
 * that a double round has.
 */
#define NVECTOR		146
.macro weave
	.set	due, due + nwoven
	.rept	(due / NVECTOR)
	scalar_instruction
	.endr
	.set	due, due % NVECTOR
.endm

.macro add_to sum, addend
	add	v\sum\().4s, v\sum\().4s, v\addend\().4s
	weave
.endm

/* mixed = rotl32(mixed ^ sum, bits) */
.macro xor_rotate_16 mixed, sum
	eor	v\mixed\().16b, v\mixed\().16b, v\sum\().16b
	weave
	rev32	v\mixed\().8h, v\mixed\().8h
	weave
.endm

.macro xor_rotate_8 mixed, sum
	eor	v\mixed\().16b, v\mixed\().16b, v\sum\().16b
	weave
	tbl	v\mixed\().16b, {v\mixed\().16b}, v30.16b	/* shuffle */
	weave
.endm

.macro xor_rotate mixed, sum, bits
	eor	v28.16b, v\mixed\().16b, v\sum\().16b		/* tmp */
	weave
	shl	v\mixed\().4s, v28.4s, #\bits
	weave
	sri	v\mixed\().4s, v28.4s, #(32 - \bits)
	weave
.endm

.macro xor_rotate_12 mixed, sum
	xor_rotate \mixed, \sum, 12
.endm

.macro xor_rotate_7 mixed, sum
	xor_rotate \mixed, \sum, 7
.endm

.macro five op, p0, p1, p2, p3, p4, q0, q1, q2, q3, q4
	\op	\p0, \q0
	\op	\p1, \q1
	\op	\p2, \q2
	\op	\p3, \q3
	\op	\p4, \q4
.endm

/* Of four columns, and one of rows; and what stands on and below them. */
#define all_a		a0, a1, a2, a3, row_a
#define all_b		b0, b1, b2, b3, row_b
#define all_c		c0, c1, c2, c3, row_c
#define all_d		d0, d1, d2, d3, row_d
#define diagonal_b	b1, b2, b3, b0, row_b
#define diagonal_c	c2, c3, c0, c1, row_c
#define diagonal_d	d3, d0, d1, d2, row_d

/* RFC 8439, 2.1, five times on registers a, then b, c and d. */
.macro quarter_rounds w0, w1, w2, w3, w4, x0, x1, x2, x3, x4, \
		      y0, y1, y2, y3, y4, z0, z1, z2, z3, z4
	five	add_to,	       \w0,\w1,\w2,\w3,\w4, \x0,\x1,\x2,\x3,\x4
	five	xor_rotate_16, \z0,\z1,\z2,\z3,\z4, \w0,\w1,\w2,\w3,\w4
	five	add_to,	       \y0,\y1,\y2,\y3,\y4, \z0,\z1,\z2,\z3,\z4
	five	xor_rotate_12, \x0,\x1,\x2,\x3,\x4, \y0,\y1,\y2,\y3,\y4
	five	add_to,	       \w0,\w1,\w2,\w3,\w4, \x0,\x1,\x2,\x3,\x4
	five	xor_rotate_8,  \z0,\z1,\z2,\z3,\z4, \w0,\w1,\w2,\w3,\w4
	five	add_to,	       \y0,\y1,\y2,\y3,\y4, \z0,\z1,\z2,\z3,\z4
	five	xor_rotate_7,  \x0,\x1,\x2,\x3,\x4, \y0,\y1,\y2,\y3,\y4
.endm

.macro turn row, left
	ext	v\row\().16b, v\row\().16b, v\row\().16b, #\left
	weave
.endm

/* Row b stays: a quarter round finishes it last, so the next would wait. */
.macro turn_rows left_a, left_c, left_d
	turn	row_a, \left_a
	turn	row_c, \left_c
	turn	row_d, \left_d
.endm

/* A double round of five blocks, and of woven scalar blocks meanwhile. */
.macro double_round woven
	.set	nwoven, NSCALAR * \woven
	.set	nscalar, 0
	.set	due, 0
	quarter_rounds	all_a, all_b, all_c, all_d
	turn_rows	LEFT_3, LEFT_1, LEFT_2
	quarter_rounds	all_a, diagonal_b, diagonal_c, diagonal_d
	turn_rows	LEFT_1, LEFT_3, LEFT_2
.endm

.macro broadcast w0, w1, w2, w3, row
	dup	v\w0\().4s, v\row\().s[0]
	dup	v\w1\().4s, v\row\().s[1]
	dup	v\w2\().4s, v\row\().s[2]
	dup	v\w3\().4s, v\row\().s[3]
.endm

/* As long as the arguments are where they came. */
.macro load_vector_blocks
	load_constants_address
	ldr	q24, [pointer, #ROW_A]			/* row_a */
	ldp	q25, q26, [key]				/* row_b, row_c */
	broadcast	a0, a1, a2, a3, row_a
	broadcast	b0, b1, b2, b3, row_b
	broadcast	c0, c1, c2, c3, row_c

	/* 64-bit sums, whose halves are words 12 and 13. */
	ldr	q22, [pointer, #BLOCKS_0_1]
	ldr	q23, [pointer, #BLOCKS_2_3]
	dup	v21.2d, counter
	add	v22.2d, v22.2d, v21.2d
	add	v23.2d, v23.2d, v21.2d
	uzp1	v20.4s, v22.4s, v23.4s			/* d0 */
	uzp2	v21.4s, v22.4s, v23.4s			/* d1 */
	movi	v22.4s, #0
	movi	v23.4s, #0
	add	other, counter, #4
	fmov	d27, other				/* row_d */
	ldr	q30, [pointer, #TURN_BYTES]		/* shuffle */
.endm

/*
 * Words p, q, r, s of blocks 0 to 3 become those four words of block 0 in r,
 * of block 1 in p, 2 in t and 3 in s; q is free.
 */
.macro gather_words p, q, r, s, t
	trn1	v\t\().4s, v\p\().4s, v\q\().4s		/* p0 q0 p2 q2 */
	trn2	v\q\().4s, v\p\().4s, v\q\().4s		/* p1 q1 p3 q3 */
	trn1	v\p\().4s, v\r\().4s, v\s\().4s
	trn2	v\s\().4s, v\r\().4s, v\s\().4s
	trn1	v\r\().2d, v\t\().2d, v\p\().2d		/* p0 q0 r0 s0 */
	trn2	v\t\().2d, v\t\().2d, v\p\().2d
	trn1	v\p\().2d, v\q\().2d, v\s\().2d
	trn2	v\s\().2d, v\q\().2d, v\s\().2d
.endm

/* Rows of blocks 0 to 3 once all words are gathered; block 4 has always had. */
#define block_0		a2,  b2, c2, d2
#define block_1		a0,  b0, c0, d0
#define block_2		tmp, a1, b1, c1
#define block_3		a3,  b3, c3, d3
#define block_4		row_a, row_b, row_c, row_d

.macro gather_blocks
	gather_words	a0, a1, a2, a3, tmp
	gather_words	b0, b1, b2, b3, a1
	gather_words	c0, c1, c2, c3, b1
	gather_words	d0, d1, d2, d3, c1
.endm

.macro add_row row0, row1, row2, row3, row4
	add	v\row0\().4s, v\row0\().4s, v30.4s
	add	v\row1\().4s, v\row1\().4s, v30.4s
	add	v\row2\().4s, v\row2\().4s, v30.4s
	add	v\row3\().4s, v\row3\().4s, v30.4s
	add	v\row4\().4s, v\row4\().4s, v30.4s
.endm

/* The next block's counters go into v30, and to its last row. */
.macro add_next_counter row
	add	v\row\().4s, v\row\().4s, v30.4s
	add	v30.2d, v30.2d, v21.2d
.endm

/* The shuffle and d1 are free by then. */
.macro add_first_rows
	load_constants_address
	ldr	q30, [pointer, #ROW_A]
	ldr	d21, [pointer, #ONE]
	add_row	a2, a0, tmp, a3, row_a
	mov	pointer, KEPT_KEY
	ldr	q30, [pointer]
	add_row	b2, b0, a1, b3, row_b
	ldr	q30, [pointer, #16]		/* the key's last use in vectors */
	add_row	c2, c0, b1, c3, row_c
	mov	d30, KEPT_COUNTER
	add_next_counter d2
	add_next_counter d0
	add_next_counter c1
	add_next_counter d3
	add_next_counter row_d
.endm

.macro store_block n, p, q, r, s
	stp	q\p, q\q, [pointer, #(64 * \n)]
	stp	q\r, q\s, [pointer, #(64 * \n + 32)]
.endm

/* Stores the next block, and is done if it was the last one asked for. */
.macro store_block_if_any p, q, r, s
	stp	q\p, q\q, [out]
	stp	q\r, q\s, [out, #32]
	add	out, out, #64
	subs	nblocks, nblocks, #1
	b.eq	.Lwipe
.endm

FUNCTION(vgr_chacha20_blocks_neon7)
.Lnext_blocks:
	keep_arguments
	cmp	nblocks, #1
	b.eq	.Lone_block
	load_vector_blocks
	cmp	nblocks, #7
	b.lo	.Lup_to_six_blocks

	load_scalar_block 5
	mov	rounds_left, #10
.Lseven_double_round:
	double_round	2
	sub	rounds_left, rounds_left, #1
	cbz	rounds_left, .Lseven_done
	sub	other, rounds_left, #5
	cbnz	other, .Lseven_double_round
	store_scalar_block 5
	load_scalar_block 6
	mov	rounds_left, #5
	b	.Lseven_double_round

.Lseven_done:
	gather_blocks
	add_first_rows
	mov	pointer, KEPT_OUT
	store_block	0, block_0
	store_block	1, block_1
	store_block	2, block_2
	store_block	3, block_3
	store_block	4, block_4
	store_scalar_block 6
	take_arguments
	add	out, out, #(7 * 64)
	add	counter, counter, #7
	subs	nblocks, nblocks, #7
	b.ne	.Lnext_blocks
	b	.Lwipe

.Lup_to_six_blocks:
	mov	rounds_left, #10
.Lfive_double_round:
	double_round	0
	sub	rounds_left, rounds_left, #1
	cbnz	rounds_left, .Lfive_double_round
	gather_blocks
	add_first_rows
	store_block_if_any block_0
	store_block_if_any block_1
	store_block_if_any block_2
	store_block_if_any block_3
	store_block_if_any block_4
	add	counter, counter, #5
	keep_arguments

.Lone_block:
	load_scalar_block 0
	mov	rounds_left, #10
.Lone_double_round:
	.set	nscalar, 0
	.rept	NSCALAR
	scalar_instruction
	.endr
	sub	rounds_left, rounds_left, #1
	cbnz	rounds_left, .Lone_double_round
	store_scalar_block 0

.Lwipe:
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	movi	v\n\().16b, #0
	.endr
	.irp	n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	movi	v\n\().16b, #0
	.endr
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17
	mov	x\n, xzr
	.endr
	ret
END_FUNCTION(vgr_chacha20_blocks_neon7)

	.section .rodata, "a", %progbits
	.balign	64
.Lconstants:
	.ascii	"expand 32-byte k"
	.quad	0, 1
	.quad	2, 3
	.byte	3, 0, 1, 2,  7, 4, 5, 6,  11, 8, 9, 10,  15, 12, 13, 14
