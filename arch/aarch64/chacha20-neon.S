/* SPDX-License-Identifier: MIT */
/*
 * chacha20-neon.S - ChaCha20 on any aarch64, one block at a time: the part to
 * read first.  chacha20-neon7.S is the fast one.
 *
 * void vgr_chacha20_blocks_neon(uint8_t *out, const void *key,
 *                               uint64_t counter, size_t nblocks);
 *   x0 out      64 * nblocks bytes written      x1 key      32 bytes, read only
 *   x2 counter  of the first block              x3 nblocks  at least 1
 *
 * Clobbers x0 x3-x5 v0-v7 v16 v17.  Never uses the stack, so no key byte can
 * stay there.  Zeroes each register that held one.  The key is read once,
 * before the first block is stored.
 *
 *   lane     0       1       2       3
 *   row_a  [ expa    nd 3    2-by    te k ]   a register is a row, so one
 *   row_b  [ key0    key1    key2    key3 ]   quarter round on whole rows
 *   row_c  [ key4    key5    key6    key7 ]   does four columns at once
 *   row_d  [ ctr lo  ctr hi  0       0    ]
 */
#include "asm.h"

#define out		x0
#define key		x1
#define counter		x2
#define nblocks		x3
#define rounds_left	w4
#define constants	x5

#define row_a		v0
#define row_b		v1
#define row_c		v2
#define row_d		v3
#define first_a		v4
#define first_b		v5
#define first_c		v6
#define first_d		v7
#define one_block	v16
#define tmp		v17

/* Bytes to turn a row by: lane i is lane (i + n) mod 4 of the row before. */
#define LEFT_1		4
#define LEFT_2		8
#define LEFT_3		12

/* sum += addend; mixed = rotl32(mixed ^ sum, bits).  Clobbers tmp. */
.macro add_xor_rotate sum, addend, mixed, bits
	add	\sum\().4s,   \sum\().4s,    \addend\().4s
	eor	tmp.16b,      \mixed\().16b, \sum\().16b
	shl	\mixed\().4s, tmp.4s, #\bits
	sri	\mixed\().4s, tmp.4s, #(32 - \bits)
.endm

.macro quarter_round				/* RFC 8439, 2.1 */
	add_xor_rotate	row_a, row_b, row_d, 16
	add_xor_rotate	row_c, row_d, row_b, 12
	add_xor_rotate	row_a, row_b, row_d, 8
	add_xor_rotate	row_c, row_d, row_b, 7
.endm

.macro turn row, left
	ext	\row\().16b, \row\().16b, \row\().16b, #\left
.endm

/* Row b stays: a quarter round finishes it last, so the next would wait. */
.macro turn_rows a, c, d
	turn	row_a, \a
	turn	row_c, \c
	turn	row_d, \d
.endm

FUNCTION(vgr_chacha20_blocks_neon)
	adrp	constants, .Lconstants
	add	constants, constants, #:lo12:.Lconstants
	ld1	{first_a.16b}, [constants], #16
	ld1	{one_block.16b}, [constants]
	ld1	{first_b.16b, first_c.16b}, [key]
	fmov	d7, counter			/* first_d */

.Lnext_block:
	mov	row_a.16b, first_a.16b
	mov	row_b.16b, first_b.16b
	mov	row_c.16b, first_c.16b
	mov	row_d.16b, first_d.16b

	mov	rounds_left, #10
.Ldouble_round:
	quarter_round				/* four columns        */
	turn_rows	LEFT_3, LEFT_1, LEFT_2	/* diagonals stand up  */
	quarter_round				/* four diagonals      */
	turn_rows	LEFT_1, LEFT_3, LEFT_2	/* and lie down again  */
	sub	rounds_left, rounds_left, #1
	cbnz	rounds_left, .Ldouble_round

	add	row_a.4s, row_a.4s, first_a.4s
	add	row_b.4s, row_b.4s, first_b.4s
	add	row_c.4s, row_c.4s, first_c.4s
	add	row_d.4s, row_d.4s, first_d.4s
	st1	{row_a.16b, row_b.16b, row_c.16b, row_d.16b}, [out], #64

	add	first_d.2d, first_d.2d, one_block.2d	/* carries into word 13 */
	sub	nblocks, nblocks, #1
	cbnz	nblocks, .Lnext_block

	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17
	movi	v\n\().16b, #0
	.endr
	ret
END_FUNCTION(vgr_chacha20_blocks_neon)

	.section .rodata.cst32, "aM", %progbits, 32
	.balign	32
.Lconstants:
	.ascii	"expand 32-byte k"
	.quad	1, 0
