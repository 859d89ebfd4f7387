/* SPDX-License-Identifier: MIT */
/*
 * chacha20-scalar.h - one block in w0 to w15, word n in w<n>: the half of
 * chacha20-neon7.S that needs no vector registers.
 *
 * x16 (pointer) and x17 (other) are used between the rounds; where key, counter
 * and out are meanwhile the includer says (KEPT_KEY, KEPT_COUNTER, KEPT_OUT),
 * and .Lconstants begins with the state's first four words.
 */
#ifndef VGR_CHACHA20_SCALAR_H
#define VGR_CHACHA20_SCALAR_H

#define pointer		x16
#define other		x17
#define other_32	w17

#define NSCALAR		96		/* instructions in a double round */

.macro load_constants_address
	adrp	pointer, .Lconstants
	add	pointer, pointer, #:lo12:.Lconstants
.endm

/*
 * sum += addend, for as long as the carry is clear: nothing in the rounds may
 * touch the flags.  LLVM's model of apple-m1 charges an add of two registers
 * like one that shifts, four times the price of adc; elsewhere both cost the
 * same.
 */
.macro add_words sum, addend
	adc	\sum, \sum, \addend
.endm

.macro clear_carry
	cmn	wzr, wzr
.endm

/* Step n of 12 of the quarter round on words a, b, c, d (RFC 8439, 2.1). */
.macro scalar_step n, a, b, c, d
	.if	\n == 0 || \n == 6
	add_words w\a, w\b
	.elseif	\n == 1 || \n == 7
	eor	w\d, w\d, w\a
	.elseif	\n == 2
	ror	w\d, w\d, #(32 - 16)
	.elseif	\n == 3 || \n == 9
	add_words w\c, w\d
	.elseif	\n == 4 || \n == 10
	eor	w\b, w\b, w\c
	.elseif	\n == 5
	ror	w\b, w\b, #(32 - 12)
	.elseif	\n == 8
	ror	w\d, w\d, #(32 - 8)
	.else
	ror	w\b, w\b, #(32 - 7)
	.endif
.endm

/*
 * The next scalar instruction, of which nscalar keeps count: lowest comes the
 * column, 0 to 3, then the step, 0 to 11, then columns (0) or diagonals (1).
 */
.macro scalar_instruction
	.set	step, nscalar / 4 % 12
	.set	down, nscalar / 48 % 2
	.set	word_a, nscalar % 4
	.set	word_b, 4 + (word_a + down) % 4
	.set	word_c, 8 + (word_a + 2 * down) % 4
	.set	word_d, 12 + (word_a + 3 * down) % 4
	.altmacro				/* for %, a symbol's value */
	scalar_step %step, %word_a, %word_b, %word_c, %word_d
	.noaltmacro
	.set	nscalar, nscalar + 1
.endm

/* Block n of those that begin at the counter. */
.macro load_scalar_block n
	mov	pointer, KEPT_KEY
	ldp	w4,  w5,  [pointer]
	ldp	w6,  w7,  [pointer, #8]
	ldp	w8,  w9,  [pointer, #16]
	ldp	w10, w11, [pointer, #24]
	mov	x12, KEPT_COUNTER
	add	x12, x12, #\n
	lsr	x13, x12, #32
	mov	w14, wzr
	mov	w15, wzr
	load_constants_address
	ldp	w0,  w1,  [pointer]
	ldp	w2,  w3,  [pointer, #8]
	clear_carry
.endm

.macro add_constant word, at
	ldr	other_32, [pointer, #\at]
	add	\word, \word, other_32
.endm

/* w0 and w1 are free by then. */
.macro add_key_words p, q, at
	ldp	w0, w1, [other, #(\at)]
	add	\p, \p, w0
	add	\q, \q, w1
.endm

/* Two words become eight bytes in the first one's register. */
.macro join word, upper
	orr	\word, \word, \upper, lsl #32
.endm

.macro store_scalar_block n
	load_constants_address
	add_constant	w0, 0
	add_constant	w1, 4
	add_constant	w2, 8
	add_constant	w3, 12
	join	x0, x1
	join	x2, x3
	mov	pointer, KEPT_OUT
	stp	x0, x2, [pointer, #(64 * \n)]

	mov	other, KEPT_KEY
	add_key_words	w4,  w5,  0
	add_key_words	w6,  w7,  8
	add_key_words	w8,  w9,  16
	add_key_words	w10, w11, 24			/* the key's last use */
	join	x4,  x5
	join	x6,  x7
	join	x8,  x9
	join	x10, x11
	stp	x4, x6,  [pointer, #(64 * \n + 16)]
	stp	x8, x10, [pointer, #(64 * \n + 32)]

	mov	x0, KEPT_COUNTER
	add	x0, x0, #\n
	lsr	x1, x0, #32
	add	w12, w12, w0
	add	w13, w13, w1
	join	x12, x13
	join	x14, x15
	stp	x12, x14, [pointer, #(64 * \n + 48)]
.endm

#endif
