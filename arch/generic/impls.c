/* SPDX-License-Identifier: MIT */
/*
 * impls.c - a machine we have no assembly for: the portable core answers.
 */
#include "impl.h"

vgr_chacha20_blocks_fn vgr_chacha20_blocks_portable;

const struct vgr_chacha20_impl vgr_chacha20_impls[] = {
	{ "portable", 0, 0, vgr_chacha20_blocks_portable,
	  NULL, NULL },
	{ 0 },
};

uint32_t vgr_cpu_features(void)
{
	return 0;
}
