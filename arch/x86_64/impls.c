/* SPDX-License-Identifier: MIT */
/*
 * impls.c - the ChaCha20 cores of x86_64, best first.
 */
#include "impl.h"

#include "cpu.h"

vgr_chacha20_blocks_fn vgr_chacha20_blocks_avx512;
vgr_chacha20_blocks_fn vgr_chacha20_blocks_avx2;
vgr_chacha20_blocks_fn vgr_chacha20_blocks_avx;
vgr_chacha20_blocks_fn vgr_chacha20_blocks_sse2;
vgr_chacha20_blocks_fn vgr_chacha20_blocks_portable;

#define AVX512F		VGR_CPU_AVX512F
#define CALM_512	VGR_CPU_CALM_512
#define AVX2		VGR_CPU_AVX2
#define AVX		VGR_CPU_AVX

const struct vgr_chacha20_impl vgr_chacha20_impls[] = {
	{ "avx512",   AVX512F, CALM_512, vgr_chacha20_blocks_avx512 },
	{ "avx2",     AVX2,    0,        vgr_chacha20_blocks_avx2 },
	{ "avx",      AVX,     0,        vgr_chacha20_blocks_avx },
	{ "sse2",     0,       0,        vgr_chacha20_blocks_sse2 },
	{ "portable", 0,       0,        vgr_chacha20_blocks_portable },
	{ 0 },
};
