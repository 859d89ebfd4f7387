/* SPDX-License-Identifier: MIT */
/*
 * count.h - how many system calls an action makes.
 */
#ifndef INJECT_COUNT_H
#define INJECT_COUNT_H

/* Once in a process: a handler of SIGSYS. */
void count_init(void);

/* Where the kernel cannot tell: whether the library made any. */
int count_syscalls(void (*action)(void));

#endif
