/* SPDX-License-Identifier: MIT */
/*
 * impls.c - the ChaCha20 cores of x86_64, best first.
 */
#include "impl.h"

#include "cpu.h"

#ifdef VGR_CAN_RESTART
#define SECTION(name, file) \
	vgr_chacha20_in_section_##name, vgr_chacha20_section_##file
#else
#define SECTION(name, file)	NULL, NULL
#endif

vgr_chacha20_blocks_fn vgr_chacha20_blocks_avx512;
vgr_chacha20_blocks_fn vgr_chacha20_blocks_avx2;
vgr_chacha20_blocks_fn vgr_chacha20_blocks_avx;
vgr_chacha20_blocks_fn vgr_chacha20_blocks_sse2;
vgr_chacha20_blocks_fn vgr_chacha20_blocks_portable;
vgr_chacha20_in_section_fn vgr_chacha20_in_section_avx512;
vgr_chacha20_in_section_fn vgr_chacha20_in_section_avx2;
vgr_chacha20_in_section_fn vgr_chacha20_in_section_avx;
vgr_chacha20_in_section_fn vgr_chacha20_in_section_sse2;
extern const char vgr_chacha20_section_avx512[], vgr_chacha20_section_avx2[],
	vgr_chacha20_section_sse2[];

#define AVX512F		VGR_CPU_AVX512F
#define CALM_512	VGR_CPU_CALM_512
#define AVX2		VGR_CPU_AVX2
#define AVX		VGR_CPU_AVX

const struct vgr_chacha20_impl vgr_chacha20_impls[] = {
	{ "avx512",   AVX512F, CALM_512, vgr_chacha20_blocks_avx512,
	  SECTION(avx512, avx512) },
	{ "avx2",     AVX2,    0,        vgr_chacha20_blocks_avx2,
	  SECTION(avx2, avx2) },
	{ "avx",      AVX,     0,        vgr_chacha20_blocks_avx,
	  SECTION(avx, sse2) },
	{ "sse2",     0,       0,        vgr_chacha20_blocks_sse2,
	  SECTION(sse2, sse2) },
	{ "portable", 0,       0,        vgr_chacha20_blocks_portable,
	  NULL, NULL },
	{ 0 },
};
