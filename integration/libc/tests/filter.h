/* SPDX-License-Identifier: MIT */
/*
 * filter.h - refuses system calls to the process from here on.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define LOAD(field) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define UNLESS(value, n) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, n)
#define ANSWER(what) BPF_STMT(BPF_RET | BPF_K, what)

/* getrandom, but for keys: these have 32 bytes, so no request may. */
static inline void refuse_requests(void)
{
	struct sock_filter filter[] = {
		LOAD(nr), UNLESS(SYS_getrandom, 4),
		LOAD(args[1]), UNLESS(32, 1), ANSWER(SECCOMP_RET_ALLOW),
		ANSWER(SECCOMP_RET_ERRNO | ENOSYS), ANSWER(SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(*filter), filter };

	CHECK(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	CHECK(!prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
}
