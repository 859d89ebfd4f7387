/* SPDX-License-Identifier: MIT */
/*
 * chacha20-sse2.S - ChaCha20 on any x86_64: four blocks, or one.
 *
 * void vgr_chacha20_blocks_sse2(uint8_t *out, const void *key,
 *                               uint64_t counter, size_t nblocks);
 *   rdi out      64 * nblocks bytes written     rsi key      32 bytes, read only
 *   rdx counter  of the first block             rcx nblocks  at least 1
 *
 * Clobbers rcx rdx rdi rax r8-11 flags xmm0-15.  Never uses the stack, so no
 * key byte can stay there.  Zeroes each register that held one.  The key is
 * read for the last time before the last block's words 8 to 15 are stored.
 *
 * One block lies in rows, and this is the part to read first:
 *
 *   lane     0       1       2       3
 *   row_a  [ expa    nd 3    2-by    te k ]   a register is a row, so one
 *   row_b  [ key0    key1    key2    key3 ]   quarter round on whole rows
 *   row_c  [ key4    key5    key6    key7 ]   does four columns at once
 *   row_d  [ ctr lo  ctr hi  0       0    ]
 *
 * Four blocks lie in words, a register being one word of each:
 *
 *   lane     0         1         2         3
 *   a0     [ block 0   block 1   block 2   block 3 ]   state word 0
 *   ...                                                words 1 to 14
 *   d3     [ block 0   block 1   block 2   block 3 ]   state word 15
 *
 * Sixteen words and a temporary need seventeen registers.  c0 and c2 therefore
 * share one, and the word that is not at work waits in general registers.
 *
 * void vgr_chacha20_blocks_avx(...)
 *
 * The same behind a vzeroupper: where there are upper halves and somebody left
 * them dirty, SSE code runs at half speed (Zen 5: 1549 cycles, not 711, for
 * four blocks).  The sse2 core can't do that itself; it may have no vzeroupper.
 */
#include "asm.h"

#define out		%rdi
#define key		%rsi
#define counter		%rdx
#define nblocks		%rcx
#define rounds_left	%eax

#define row_a		%xmm0
#define row_b		%xmm1
#define row_c		%xmm2
#define row_d		%xmm3

#define a0		%xmm0
#define a1		%xmm1
#define a2		%xmm2
#define a3		%xmm3
#define b0		%xmm4
#define b1		%xmm5
#define b2		%xmm6
#define b3		%xmm7
#define c0		%xmm8
#define c1		%xmm9
#define c2		%xmm8
#define c3		%xmm10
#define d0		%xmm11
#define d1		%xmm12
#define d2		%xmm13
#define d3		%xmm14
#define tmp		%xmm15

#define c2_at_end	%xmm4

#define waiting_c0	%r8,  %r9
#define waiting_c2	%r10, %r11

/* Lane i of a turned row is lane (i + n) mod 4 of the row before. */
#define LEFT_1		0x39
#define LEFT_2		0x4e
#define LEFT_3		0x93

/* sum += addend; mixed = rotl32(mixed ^ sum, bits).  Clobbers tmp. */
.macro add_xor_rotate sum, addend, mixed, bits
	paddd	\addend,       \sum
	pxor	\sum,          \mixed
	movdqa	\mixed,        tmp
	pslld	$\bits,        \mixed
	psrld	$(32 - \bits), tmp
	por	tmp,           \mixed
.endm

/* The same with bits = 16, where swapping the halves needs no temporary. */
.macro add_xor_swap sum, addend, mixed
	paddd	\addend, \sum
	pxor	\sum,    \mixed
	pshuflw	$0xb1, \mixed, \mixed
	pshufhw	$0xb1, \mixed, \mixed
.endm

.macro quarter_round a, b, c, d			/* RFC 8439, 2.1 */
	add_xor_swap	\a, \b, \d
	add_xor_rotate	\c, \d, \b, 12
	add_xor_rotate	\a, \b, \d, 8
	add_xor_rotate	\c, \d, \b, 7
.endm

/*
 * row_b stays where it is: a quarter round finishes it last, so a turned row_b
 * would keep the next quarter round waiting.
 */
.macro turn_rows a, c, d
	pshufd	$\a, row_a, row_a
	pshufd	$\c, row_c, row_c
	pshufd	$\d, row_d, row_d
.endm

.macro two_quarter_rounds a, b, c, d, e, f, g, h
	add_xor_swap	\a, \b, \d
	 add_xor_swap	\e, \f, \h
	add_xor_rotate	\c, \d, \b, 12
	 add_xor_rotate	\g, \h, \f, 12
	add_xor_rotate	\a, \b, \d, 8
	 add_xor_rotate	\e, \f, \h, 8
	add_xor_rotate	\c, \d, \b, 7
	 add_xor_rotate	\g, \h, \f, 7
.endm

.macro send_away word, lo, hi
	movq	\word, \lo
	psrldq	$8, \word
	movq	\word, \hi
.endm

.macro bring_back word, lo, hi
	movq	\lo, \word
	movq	\hi, tmp
	punpcklqdq tmp, \word
.endm

.macro broadcast memory, word
	movd	\memory, \word
	pshufd	$0, \word, \word
.endm

.macro add_broadcast memory, word
	broadcast \memory, tmp
	paddd	tmp, \word
.endm

/* Words 12 and 13 of four blocks; the 64-bit sum carries from lo to hi. */
.macro load_counters lo, hi
	movq		counter, \lo
	punpcklqdq	\lo, \lo
	movdqa		\lo, tmp
	paddq		.Lblocks_0_1(%rip), \lo
	paddq		.Lblocks_2_3(%rip), tmp
	movdqa		\lo, \hi
	shufps		$0x88, tmp, \lo		/* the low halves  */
	shufps		$0xdd, tmp, \hi		/* the high halves */
.endm

/*
 * Four words of four blocks become, per block, 16 bytes at an offset in it:
 * as many blocks as are still asked for.  p to s and tmp are clobbered.
 */
.macro store_words p, q, r, s, offset
	movdqa		\p, tmp
	punpckldq	\q, \p			/* p0 q0 p1 q1 */
	punpckhdq	\q, tmp			/* p2 q2 p3 q3 */
	movdqa		\r, \q
	punpckldq	\s, \q			/* r0 s0 r1 s1 */
	punpckhdq	\s, \r			/* r2 s2 r3 s3 */
	movdqa		\p, \s
	punpcklqdq	\q, \s
	punpckhqdq	\q, \p
	movdqa		tmp, \q
	punpcklqdq	\r, \q
	punpckhqdq	\r, tmp

	movdqu	\s,  (\offset)(out)
	movdqu	\p,  (\offset + 64)(out)
	cmp	$3, nblocks
	jb	.Lstored\@
	movdqu	\q,  (\offset + 128)(out)
	je	.Lstored\@
	movdqu	tmp, (\offset + 192)(out)
.Lstored\@:
.endm

SECTION_ENTRY(vgr_chacha20_in_section_avx, vgr_chacha20_blocks_avx)
SECTION_ENTRY(vgr_chacha20_in_section_sse2, vgr_chacha20_blocks_sse2)

FUNCTION(vgr_chacha20_blocks_avx)
	vzeroupper
	jmp	vgr_chacha20_blocks_sse2
END_FUNCTION(vgr_chacha20_blocks_avx)

FUNCTION(vgr_chacha20_blocks_sse2)
	cmp	$1, nblocks
	je	.Lone_block

.Lfour_blocks:
	movdqa	.Lwords_a +  0(%rip), a0
	movdqa	.Lwords_a + 16(%rip), a1
	movdqa	.Lwords_a + 32(%rip), a2
	movdqa	.Lwords_a + 48(%rip), a3
	broadcast  0*4(key), b0
	broadcast  1*4(key), b1
	broadcast  2*4(key), b2
	broadcast  3*4(key), b3
	broadcast  6*4(key), c2
	send_away  c2, waiting_c2
	broadcast  4*4(key), c0
	broadcast  5*4(key), c1
	broadcast  7*4(key), c3
	load_counters  d0, d1
	pxor	d2, d2
	pxor	d3, d3

	mov	$10, rounds_left
.Lfour_double_round:
	two_quarter_rounds  a0, b0, c0, d0,  a1, b1, c1, d1
	send_away	    c0, waiting_c0
	bring_back	    c2, waiting_c2
	two_quarter_rounds  a2, b2, c2, d2,  a3, b3, c3, d3
	two_quarter_rounds  a0, b1, c2, d3,  a1, b2, c3, d0
	send_away	    c2, waiting_c2
	bring_back	    c0, waiting_c0
	two_quarter_rounds  a2, b3, c0, d1,  a3, b0, c1, d2
	dec	rounds_left
	jnz	.Lfour_double_round

	paddd	.Lwords_a +  0(%rip), a0
	paddd	.Lwords_a + 16(%rip), a1
	paddd	.Lwords_a + 32(%rip), a2
	paddd	.Lwords_a + 48(%rip), a3
	store_words  a0, a1, a2, a3, 0

	add_broadcast  0*4(key), b0
	add_broadcast  1*4(key), b1
	add_broadcast  2*4(key), b2
	add_broadcast  3*4(key), b3
	store_words  b0, b1, b2, b3, 16

	bring_back  c2_at_end, waiting_c2
	add_broadcast  4*4(key), c0
	add_broadcast  5*4(key), c1
	add_broadcast  6*4(key), c2_at_end
	add_broadcast  7*4(key), c3		/* the key's last use */
	store_words  c0, c1, c2_at_end, c3, 32

	load_counters  a0, a1
	paddd	a0, d0
	paddd	a1, d1
	store_words  d0, d1, d2, d3, 48

	add	$256, out
	add	$4, counter
	sub	$4, nblocks
	jbe	.Lwipe
	cmp	$1, nblocks
	jne	.Lfour_blocks

.Lone_block:
	movdqa	.Lrow_a(%rip), row_a
	movdqu	  (key), row_b
	movdqu	16(key), row_c
	movq	counter, row_d

	mov	$10, rounds_left
.Lone_double_round:
	quarter_round	row_a, row_b, row_c, row_d	/* four columns      */
	turn_rows	LEFT_3, LEFT_1, LEFT_2		/* diagonals stand up */
	quarter_round	row_a, row_b, row_c, row_d	/* four diagonals     */
	turn_rows	LEFT_1, LEFT_3, LEFT_2		/* and lie down again */
	dec	rounds_left
	jnz	.Lone_double_round

	paddd	.Lrow_a(%rip), row_a
	movdqu	(key), tmp
	paddd	tmp, row_b
	movdqu	16(key), tmp				/* the key's last use */
	paddd	tmp, row_c
	movq	counter, tmp
	paddd	tmp, row_d
	movdqu	row_a,   (out)
	movdqu	row_b, 16(out)
	movdqu	row_c, 32(out)
	movdqu	row_d, 48(out)

.Lwipe:
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	pxor	%xmm\n, %xmm\n
	.endr
	.irp	n, 8, 9, 10, 11
	xor	%r\n\()d, %r\n\()d
	.endr
	ret
END_FUNCTION(vgr_chacha20_blocks_sse2)

SECTION_OF_CORES(vgr_chacha20_section_sse2, vgr_chacha20_in_section_avx, .Lwipe)

	.section .rodata.cst16, "aM", @progbits, 16
	.balign	16
.Lrow_a:
	.ascii	"expand 32-byte k"
.Lblocks_0_1:
	.quad	0, 1
.Lblocks_2_3:
	.quad	2, 3

	.section .rodata, "a", @progbits
	.balign	16
.Lwords_a:					/* each word of row_a, four times */
	.ascii	"expaexpaexpaexpa", "nd 3nd 3nd 3nd 3"
	.ascii	"2-by2-by2-by2-by", "te kte kte kte k"
