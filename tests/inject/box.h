/* SPDX-License-Identifier: MIT */
/*
 * box.h - so much time for so many cells: each has an equal share of what is
 * left when it begins.
 */
#ifndef INJECT_BOX_H
#define INJECT_BOX_H

#include <stdbool.h>

void box_begin(unsigned int seconds, unsigned long ncells);

/* The next cell begins; its processes ask whether its time is over. */
void box_next(void);
bool box_is_over(void);

#endif
