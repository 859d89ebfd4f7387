/* SPDX-License-Identifier: MIT */
/*
 * cpu.h - the features that rows of impls.c ask for and cpu.c looks for.
 */
#ifndef VGR_CPU_H
#define VGR_CPU_H

#define VGR_CPU_NEON	(1u << 0)	/* vector instructions, "asimd" */

#endif
