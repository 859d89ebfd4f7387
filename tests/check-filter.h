/* SPDX-License-Identifier: MIT */
/*
 * check-filter.h - sandboxes: seccomp filters that refuse or kill.
 *
 * A filter lasts until the process ends and is its children's too, also across
 * exec; several add up, and the strictest answer wins.
 */
#ifndef CHECK_FILTER_H
#define CHECK_FILTER_H

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"

#ifndef SECCOMP_RET_KILL_PROCESS
#define SECCOMP_RET_KILL_PROCESS	0x80000000u
#endif

#define FILTER_MAX	32

#define FILTER_LOAD(field) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, \
		 (unsigned int)offsetof(struct seccomp_data, field))
/* The low half of an argument. */
#define FILTER_LOAD_ARG(i) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, \
		 (unsigned int)offsetof(struct seccomp_data, args[i]) + \
		 (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0))
#define FILTER_IF(value, then_skip, else_skip) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)(value), \
		 then_skip, else_skip)
#define FILTER_ANSWER(answer)	BPF_STMT(BPF_RET | BPF_K, answer)

static inline void filter_install(struct sock_filter *filter, size_t len)
{
	struct sock_fprog program = {
		.len = (unsigned short)len,
		.filter = filter,
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		skip("no seccomp filter to be had: %d", errno);
}

/* The system call says -error; with 0 it does nothing and says 0. */
static inline void filter_refuse(long number, int error)
{
	struct sock_filter filter[] = {
		FILTER_LOAD(nr),
		FILTER_IF(number, 0, 1),
		FILTER_ANSWER(SECCOMP_RET_ERRNO | (unsigned int)error),
		FILTER_ANSWER(SECCOMP_RET_ALLOW),
	};

	filter_install(filter, sizeof(filter) / sizeof(filter[0]));
}

/* Refuses the calls whose argument has the value in the bits of mask. */
static inline void filter_refuse_if(long number, int arg, unsigned int mask,
				    unsigned int value, int error)
{
	struct sock_filter filter[] = {
		FILTER_LOAD(nr),
		FILTER_IF(number, 0, 4),
		FILTER_LOAD_ARG(arg),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask),
		FILTER_IF(value, 0, 1),
		FILTER_ANSWER(SECCOMP_RET_ERRNO | (unsigned int)error),
		FILTER_ANSWER(SECCOMP_RET_ALLOW),
	};

	filter_install(filter, sizeof(filter) / sizeof(filter[0]));
}

/* Writes a filter to which any other system call than these is deadly. */
static inline size_t filter_all_but(struct sock_filter filter[FILTER_MAX],
				    const int *allowed, size_t n)
{
	size_t i, len = 0;

	if (n > FILTER_MAX - 3)
		hard_error("too many system calls for a filter");
	filter[len++] = (struct sock_filter)FILTER_LOAD(nr);
	for (i = 0; i < n; i++)		/* jumps over the rest and the kill */
		filter[len++] = (struct sock_filter)
			FILTER_IF(allowed[i], (unsigned char)(n - i), 0);
	filter[len++] = (struct sock_filter)
		FILTER_ANSWER(SECCOMP_RET_KILL_PROCESS);
	filter[len++] = (struct sock_filter)FILTER_ANSWER(SECCOMP_RET_ALLOW);
	return len;
}

/* Puts it up for every thread there is. */
static inline void filter_kill_all_but(const int *allowed, size_t n)
{
	struct sock_filter filter[FILTER_MAX];
	struct sock_fprog program = {
		.len = (unsigned short)filter_all_but(filter, allowed, n),
		.filter = filter,
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		    SECCOMP_FILTER_FLAG_TSYNC, &program))
		skip("no seccomp filter to be had: %d", errno);
}

#endif
