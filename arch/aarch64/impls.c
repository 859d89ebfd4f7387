/* SPDX-License-Identifier: MIT */
/*
 * impls.c - the ChaCha20 cores of aarch64, best first.
 */
#include "impl.h"

#include "cpu.h"

vgr_chacha20_blocks_fn vgr_chacha20_blocks_neon7;
vgr_chacha20_blocks_fn vgr_chacha20_blocks_neon;
vgr_chacha20_blocks_fn vgr_chacha20_blocks_portable;

const struct vgr_chacha20_impl vgr_chacha20_impls[] = {
	{ "neon7",    VGR_CPU_NEON, 0, vgr_chacha20_blocks_neon7,
	  NULL, NULL },
	{ "neon",     VGR_CPU_NEON, 0, vgr_chacha20_blocks_neon,
	  NULL, NULL },
	{ "portable", 0,            0, vgr_chacha20_blocks_portable,
	  NULL, NULL },
	{ 0 },
};
