/* SPDX-License-Identifier: MIT */
/*
 * limits.h - ChaCha20's additions, xors and rotations on each register width
 * and nothing else: no memory, no transposition, no shuffles between rounds.
 *
 * What a core could reach at best.  The chains of dependent operations are as
 * many as the core has, or more where "units" is in the name: then only the
 * execution units count.
 */
#ifndef BENCH_LIMITS_H
#define BENCH_LIMITS_H

#include "impl.h"

struct limit {
	const char *name;
	uint32_t needs;
	size_t bytes;
	vgr_chacha20_blocks_fn *blocks;
};

#if defined(__x86_64__)

#include "cpu.h"

#define ZADD(s, m)	"vpaddd %%zmm" #m ", %%zmm" #s ", %%zmm" #s "\n\t"
#define ZXOR(s, m)	"vpxord %%zmm" #s ", %%zmm" #m ", %%zmm" #m "\n\t"
#define ZROL(s, m)	"vprold $7, %%zmm" #m ", %%zmm" #m "\n\t"
#define FOUR(OP)	OP(0, 8) OP(1, 9) OP(2, 10) OP(3, 11)
#define OTHER_FOUR(OP)	OP(4, 12) OP(5, 13) OP(6, 14) OP(7, 15)

#define ZSTEP(m)	"vpaddd %%zmm30, %%zmm" #m ", %%zmm" #m "\n\t" \
			"vpxord %%zmm31, %%zmm" #m ", %%zmm" #m "\n\t" \
			"vprold $7, %%zmm" #m ", %%zmm" #m "\n\t"

#define YADD(m)		"vpaddd %%ymm15, %%ymm" #m ", %%ymm" #m "\n\t" \
			"vpxor %%ymm14, %%ymm" #m ", %%ymm" #m "\n\t"
#define YSHUFFLE(m)	YADD(m) "vpshufb %%ymm13, %%ymm" #m ", %%ymm" #m "\n\t"
#define YSHIFT(m)	YADD(m) "vpslld $12, %%ymm" #m ", %%ymm12\n\t" \
			"vpsrld $20, %%ymm" #m ", %%ymm" #m "\n\t" \
			"vpor %%ymm12, %%ymm" #m ", %%ymm" #m "\n\t"

#define XADD(m)		"paddd %%xmm15, %%xmm" #m "\n\t" \
			"pxor %%xmm14, %%xmm" #m "\n\t"
#define XSWAP(m)	XADD(m) "pshuflw $0xb1, %%xmm" #m ", %%xmm" #m "\n\t" \
			"pshufhw $0xb1, %%xmm" #m ", %%xmm" #m "\n\t"
#define XSHIFT(m)	XADD(m) "movdqa %%xmm" #m ", %%xmm12\n\t" \
			"pslld $12, %%xmm" #m "\n\t" \
			"psrld $20, %%xmm12\n\t" \
			"por %%xmm12, %%xmm" #m "\n\t"

#define CHAINS_3(OP)	OP(0) OP(1) OP(2)
#define CHAINS_4(OP)	OP(0) OP(1) OP(2) OP(3)
#define CHAINS_10(OP)	OP(0) OP(1) OP(2) OP(3) OP(4) \
			OP(5) OP(6) OP(7) OP(8) OP(9)

#define CHAINS_16(OP)	CHAINS_10(OP) OP(10) OP(11) OP(12) OP(13) OP(14) OP(15)

#define VECTORS_0_15	"xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", \
			"xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", \
			"xmm12", "xmm13", "xmm14", "xmm15"

#define LIMIT(function, steps, end, body)				\
static void function(uint8_t *out, const void *key, uint64_t counter,	\
		     size_t nblocks)					\
{									\
	unsigned long n = steps;					\
									\
	(void)out, (void)key, (void)counter, (void)nblocks;		\
	__asm__ volatile(".balign 64\n1:\t" body "dec %0\n\tjnz 1b\n\t" end \
			 : "+r"(n) : : VECTORS_0_15);			\
}

/* 16 blocks: 320 steps of one addition, xor, rotation. */
LIMIT(avx512_4_chains, 80, "vzeroupper", FOUR(ZADD) FOUR(ZXOR) FOUR(ZROL))
LIMIT(avx512_8_chains, 80, "vzeroupper",
      FOUR(ZADD) FOUR(ZXOR) FOUR(ZROL)
      OTHER_FOUR(ZADD) OTHER_FOUR(ZXOR) OTHER_FOUR(ZROL))
LIMIT(avx512_16_chains, 20, "vzeroupper", CHAINS_16(ZSTEP))

/* Two blocks a register and chain: 80 steps, half of them vpshufb's. */
LIMIT(avx2_3_chains, 40, "vzeroupper", CHAINS_3(YSHUFFLE) CHAINS_3(YSHIFT))
LIMIT(avx2_10_chains, 40, "vzeroupper", CHAINS_10(YSHUFFLE) CHAINS_10(YSHIFT))

/* One block a register and chain: 80 steps, a quarter of them halves swapped. */
LIMIT(sse2_4_chains, 20, "",
      CHAINS_4(XSWAP) CHAINS_4(XSHIFT) CHAINS_4(XSHIFT) CHAINS_4(XSHIFT))
LIMIT(sse2_10_chains, 20, "",
      CHAINS_10(XSWAP) CHAINS_10(XSHIFT) CHAINS_10(XSHIFT) CHAINS_10(XSHIFT))

static const struct limit limits[] = {
	{ "limit-512",       VGR_CPU_AVX512F, 2048, avx512_8_chains },
	{ "limit-512-16",    VGR_CPU_AVX512F, 1024, avx512_4_chains },
	{ "limit-512-units", VGR_CPU_AVX512F, 1024, avx512_16_chains },
	{ "limit-avx2",      VGR_CPU_AVX2,     384, avx2_3_chains },
	{ "limit-avx2-units", VGR_CPU_AVX2,   1280, avx2_10_chains },
	{ "limit-sse2",      0,                256, sse2_4_chains },
	{ "limit-sse2-units", 0,               640, sse2_10_chains },
	{ 0 },
};

#else

static const struct limit limits[] = { { 0 } };

#endif
#endif
