/* SPDX-License-Identifier: MIT */
/*
 * scarce.h - no free slot: the next claim must make an arena, or be refused.
 */
#ifndef INJECT_SCARCE_H
#define INJECT_SCARCE_H

/* All free slots are away; arenas of earlier runs are forgotten. */
void scarce_begin(void);

/* They are back; nothing without scarce_begin. */
void scarce_end(void);

/* For good: the kernel's refusal is remembered. */
void scarce_refuse(void);

#endif
