/* SPDX-License-Identifier: MIT */
/*
 * refuse.c - runs a program in a world without memory that forgets: a seccomp
 * filter answers EINVAL to MAP_DROPPABLE and to MADV_WIPEONFORK, as kernels
 * before 4.14 do.
 *
 *	refuse PROGRAM [ARGUMENT]...
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/mman.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DROPPABLE	0x08		/* of MAP_TYPE, the low four bits */

#define LOAD(what) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, what))
#define IF_NOT(value, skipped) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (skipped))
#define ANSWER(what) BPF_STMT(BPF_RET | BPF_K, (what))

int main(int argc, char **argv)
{
	/* Arguments are 64 bits wide; their low half comes first here. */
	struct sock_filter code[] = {
		LOAD(nr),
		IF_NOT(SYS_mmap, 4),
		LOAD(args[3]),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x0f),
		IF_NOT(DROPPABLE, 5),
		ANSWER(SECCOMP_RET_ERRNO | EINVAL),
		IF_NOT(SYS_madvise, 3),
		LOAD(args[2]),
		IF_NOT(MADV_WIPEONFORK, 1),
		ANSWER(SECCOMP_RET_ERRNO | EINVAL),
		ANSWER(SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = {
		.len = sizeof(code) / sizeof(*code),
		.filter = code,
	};

	if (argc < 2) {
		fprintf(stderr, "usage: refuse PROGRAM [ARGUMENT]...\n");
		return 99;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter)) {
		fprintf(stderr, "refuse: no filter: %s\n", strerror(errno));
		return 99;
	}
	execvp(argv[1], argv + 1);
	fprintf(stderr, "refuse: %s: %s\n", argv[1], strerror(errno));
	return 99;
}
