/* SPDX-License-Identifier: MIT */
/*
 * Claim: under the drop-in, syscall() is libc's for every number but
 * SYS_getrandom: it hands all six arguments to the kernel, sets errno for
 * results from -4095 to -1 and leaves it alone otherwise, and works for fork,
 * clone with a stack of its own, and vfork; a number whose low half alone is
 * SYS_getrandom goes to the kernel.
 *
 * The same checks but vfork's are made of libc's own syscall() first.
 *
 * To see it fail: drop a line of shift_arguments in syscall-shim.S, compare
 * with %edi, or send .Lshares_stack the way of .Lask_kernel.
 */
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>

#include "check-getrandom.h"
#include "check-preload.h"

#if !defined(__x86_64__) && !defined(__aarch64__)
int main(void)
{
	skip("no stand-in for syscall() on this machine");
}
#else

#define NR_NONE		4660	/* a system call that does not exist */

#ifdef __GLIBC__	/* musl's syscall() is C: no way out on another stack */
#define LIBC_HAS_FRAME	0
#else
#define LIBC_HAS_FRAME	1
#endif

long syscall_twice(long number, ...) __asm__("syscall")
	__attribute__((returns_twice));

static int is_preloaded;

/* ---- What the kernel is asked, and what it answers ---------------------- */

static struct { long number, arguments[6]; } asked;
static long answer;

static void on_call(int signal, siginfo_t *info, void *context)
{
	ucontext_t *here = context;
	int i;

	(void)signal;
	(void)info;
	asked.number = info->si_syscall;
	for (i = 0; i < 6; i++)
		asked.arguments[i] = (long)CHECK_ARGUMENT(here, i);
	CHECK_RESULT(here) = answer;
}

static void trap_calls(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NR_NONE, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
	};
	struct sock_fprog program = { .len = 4, .filter = filter };
	struct sigaction action = {
		.sa_sigaction = on_call,
		.sa_flags = SA_SIGINFO,
	};

	if (sigaction(SIGSYS, &action, NULL) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		skip("no seccomp filter to be had: %d", errno);
}

static void check_arguments(void)
{
	long sent[6];
	int i;

	for (i = 0; i < 1000; i++) {
		check_random_bytes(sent, sizeof(sent));
		answer = 0;
		check_eq(syscall(NR_NONE, sent[0], sent[1], sent[2], sent[3],
				 sent[4], sent[5]), 0);
		check_eq(asked.number, NR_NONE);
		check_bytes(asked.arguments, sent, sizeof(sent));
	}
}

static void check_answers(void)
{
	static const struct { long answer, result; int error; } cases[] = {
		{ 0, 0, EDOM },
		{ 1, 1, EDOM },
		{ -1, -1, 1 },
		{ -4095, -1, 4095 },
		{ -4096, -4096, EDOM },
		{ -EINTR, -1, EINTR },
		{ INT64_MAX, INT64_MAX, EDOM },
		{ INT64_MIN, INT64_MIN, EDOM },
		{ 0xffffffff, 0xffffffff, EDOM },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		answer = cases[i].answer;
		errno = EDOM;
		check_eq(syscall(NR_NONE), cases[i].result);
		check_eq(errno, cases[i].error);
	}
}

static void check_numbers(void)
{
	static const long none[] = { -1, -2, INT64_MAX, 100000 };
	size_t i;

	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		errno = 0;
		check_eq(syscall(none[i], 1L, 2L, 3L), -1);
		check_eq(errno, ENOSYS);
	}
	check_eq(syscall(SYS_getpid), getpid());
}

/* ---- Children ----------------------------------------------------------- */

/* Overwrites the stack below its caller, as any work would. */
static __attribute__((noinline)) void work(void)
{
	volatile uint8_t frame[4000];

	memset((void *)frame, 0xa5, sizeof(frame));
}

static void check_child(long pid, int wanted)
{
	int status;

	check(pid > 0);
	check_eq(waitpid((pid_t)pid, &status, 0), pid);
	check(WIFEXITED(status));
	check_eq(WEXITSTATUS(status), wanted);
}

static __attribute__((noinline)) long fork_by(long number, long flags)
{
	long pid = syscall_twice(number, flags, 0L, 0L, 0L, 0L);

	if (!pid) {
		work();
		_exit(3);
	}
	return pid;
}

static int has_run;
static uint8_t stack[64 * 1024] __attribute__((aligned(64)));

static void on_own_stack(void)
{
	uint8_t here;

	has_run = &here >= stack && &here < stack + sizeof(stack);
	work();
	_exit(4);
}

/* The child comes out of syscall() on the new stack. */
#ifdef __x86_64__		/* ... and goes where its first word says */
static long clone_onto(uintptr_t *top, long flags)
{
	*top = (uintptr_t)on_own_stack;
	return syscall(SYS_clone, flags, top, 0L, 0L, 0L);
}
#else				/* ... and back to its parent's code */
static long clone_onto(uintptr_t *top, long flags)
{
	register long x0 __asm__("x0") = SYS_clone;
	register long x1 __asm__("x1") = flags;
	register uintptr_t *x2 __asm__("x2") = top;

	__asm__ volatile("mov	x3, xzr\n\t"
			 "mov	x4, xzr\n\t"
			 "mov	x5, xzr\n\t"
			 "bl	syscall\n\t"
			 "cbnz	x0, 1f\n\t"
			 "blr	%[child]\n"
			 "1:"
			 : "+r"(x0), "+r"(x1), "+r"(x2)
			 : [child] "r"(on_own_stack)
			 : "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10",
			   "x11", "x12", "x13", "x14", "x15", "x16", "x17",
			   "x18", "x30", "cc", "memory");
	return x0;
}
#endif

static void check_clone_with_stack(void)
{
	uintptr_t *top = (uintptr_t *)(stack + sizeof(stack) - 64);

	has_run = 0;
	check_child(clone_onto(top, CLONE_VM | SIGCHLD), 4);
	check_eq(has_run, 1);

	has_run = 0;
	check_child(clone_onto(top, CLONE_VM | CLONE_VFORK | SIGCHLD), 4);
	check_eq(has_run, 1);
}

static void check_children(void)
{
	const long like_vfork = CLONE_VM | CLONE_VFORK | SIGCHLD;
	int i;

	for (i = 0; i < 20; i++) {
#ifdef SYS_fork
		check_child(fork_by(SYS_fork, 0), 3);
#endif
		check_child(fork_by(SYS_clone, SIGCHLD), 3);
		check_child(fork_by(SYS_clone, CLONE_VFORK | SIGCHLD), 3);
		if (is_preloaded || !LIBC_HAS_FRAME)
			check_clone_with_stack();
		if (!is_preloaded)	/* libc's loses the way back */
			continue;
#ifdef SYS_vfork
		check_child(fork_by(SYS_vfork, 0), 3);
#endif
		check_child(fork_by(SYS_clone, like_vfork), 3);
		/* What the kernel refuses: CLONE_THREAD needs CLONE_SIGHAND. */
		errno = 0;
		check_eq(fork_by(SYS_clone, CLONE_THREAD | like_vfork), -1);
		check_eq(errno, EINVAL);
	}
}

/* ---- SYS_getrandom ------------------------------------------------------ */

static void check_getrandom(void)
{
	const long high = 1L << 32;
	uint8_t bytes[32] = { 0 };
	unsigned long before;
	int i;

	errno = EDOM;
	check_eq(syscall(SYS_getrandom, bytes, 32L, 0L), 32);
	check(check_longest_zero_run(bytes, 32) < 8);
	/* unsigned int flags: the kernel does not look at the upper half. */
	check_eq(syscall(SYS_getrandom, bytes, 32L, high | GRND_NONBLOCK), 32);
	check_eq(errno, EDOM);

	check_eq(syscall(SYS_getrandom, bytes, 16L, 0x40L), -1);
	check_eq(errno, EINVAL);
	check_eq(syscall(SYS_getrandom, 0L, 16L, 0L), -1);
	check_eq(errno, EFAULT);

	check_getrandom_count();
	for (i = 0; i < 100; i++)
		check_eq(syscall(SYS_getrandom, bytes, 16L, 0L), 16);
	printf("%lu system calls for 100 draws\n", check_ngetrandom);
	if (!is_preloaded || check_preloaded() == 3)
		check_eq(check_ngetrandom, 100);
	else
		check(check_ngetrandom < 10);

	/* The kernel takes the number's low half and serves it. */
	before = check_ngetrandom;
	check_eq(syscall(high | SYS_getrandom, bytes, 16L, 0L), 16);
	check_eq(syscall(high * -1 | SYS_getrandom, bytes, 16L, 0L), 16);
	check_eq(check_ngetrandom - before, 2);
}

static void check_all(void)
{
	check_numbers();
	check_children();
	trap_calls();
	check_arguments();
	check_answers();
	check_getrandom();
}

int main(int argc, char **argv)
{
	pid_t pid;

	(void)argc;
	is_preloaded = check_preloaded() != 0;
	if (!is_preloaded) {
		/* The filters would survive exec. */
		pid = fork();
		if (!pid) {
			check_all();
			printf("libc's syscall() is as it should be\n");
			fflush(stdout);
			_exit(0);
		}
		check_child(pid, 0);
		check_preload(argv);
	}
	check_all();
	return 0;
}
#endif
