/* SPDX-License-Identifier: MIT */
/*
 * cpu.h - the features that rows of impls.c ask for and cpu.c looks for.
 */
#ifndef VGR_CPU_H
#define VGR_CPU_H

#define VGR_CPU_AVX		(1u << 0)	/* and the system saves ymm */
#define VGR_CPU_AVX2		(1u << 1)	/* likewise */
#define VGR_CPU_AVX512F		(1u << 2)	/* and the system saves zmm, k */
#define VGR_CPU_CALM_512	(1u << 3)	/* zmm work keeps the clock up */

#endif
