/* SPDX-License-Identifier: MIT */
/*
 * check-getrandom.h - counts this process' getrandom system calls from inside:
 * a seccomp filter turns each into SIGSYS, whose handler counts it and makes it
 * after all, with a sixth argument that the filter lets pass.
 *
 * Needs no privilege and no tracer.  Once begun it lasts, in children too.
 */
#ifndef CHECK_GETRANDOM_H
#define CHECK_GETRANDOM_H

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>

#include "check.h"
#include "syscall.h"

#if defined(__x86_64__) && defined(__LP64__)
#define CHECK_AUDIT_ARCH	AUDIT_ARCH_X86_64
#define CHECK_RESULT(context)	((context)->uc_mcontext.gregs[REG_RAX])
#define CHECK_ARGUMENT(context, i) \
	((context)->uc_mcontext.gregs[(const int[]){ REG_RDI, REG_RSI, \
		REG_RDX, REG_R10, REG_R8, REG_R9 }[i]])
#elif defined(__aarch64__)
#define CHECK_AUDIT_ARCH	AUDIT_ARCH_AARCH64
#define CHECK_RESULT(context)	((context)->uc_mcontext.regs[0])
#define CHECK_ARGUMENT(context, i) ((context)->uc_mcontext.regs[i])
#endif

#define CHECK_PASS	0x7e57ed

static volatile unsigned long check_ngetrandom;

#ifdef CHECK_AUDIT_ARCH
static void check_on_getrandom(int signal, siginfo_t *info, void *context)
{
	ucontext_t *here = context;

	(void)signal;
	(void)info;
	__atomic_fetch_add(&check_ngetrandom, 1, __ATOMIC_RELAXED);
	CHECK_RESULT(here) = vgr_syscall(SYS_getrandom,
					 (long)CHECK_ARGUMENT(here, 0),
					 (long)CHECK_ARGUMENT(here, 1),
					 (long)CHECK_ARGUMENT(here, 2), 0, 0,
					 CHECK_PASS);
}
#endif

/* Begins to count; skips the test where that cannot be had. */
static inline void check_getrandom_count(void)
{
#ifdef CHECK_AUDIT_ARCH
	/* The low half of a 64-bit argument comes first on both machines. */
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CHECK_AUDIT_ARCH, 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getrandom, 0, 2),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, args[5])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CHECK_PASS, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
	};
	struct sock_fprog program = {
		.len = sizeof(filter) / sizeof(filter[0]),
		.filter = filter,
	};
	struct sigaction action = {
		.sa_sigaction = check_on_getrandom,
		.sa_flags = SA_SIGINFO,
	};

	/* Wrong jumps would let every call pass and every test with it. */
	if (sigaction(SIGSYS, &action, NULL) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		skip("no seccomp filter to be had: %d", errno);
	vgr_syscall(SYS_getrandom, 0, 0, 0, 0, 0, 0);
	check_eq(check_ngetrandom, 1);
	check_ngetrandom = 0;
#else
	skip("no register names for this machine");
#endif
}

#endif
