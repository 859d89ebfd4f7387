/* SPDX-License-Identifier: MIT */
/*
 * Claim: where a filter refuses everything that a first draw would like to have
 * (mappings, advice, locks), by an errno or by a SIGSYS that the program answers
 * in its place, draws are system calls; and where it refuses getrandom itself,
 * getrandom says so.  arc4random then reads /dev/urandom, as ever (glibc).
 *
 * To see it fail: in serve_slowly say -EAGAIN where there is no slot; block
 * SIGSYS in the host's start.
 */
#include "libc.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>

static void refuse(const unsigned int *calls, unsigned int n,
		   unsigned int answer)
{
	struct sock_filter filter[32];
	struct sock_fprog program = { 0, filter };
	unsigned int at = 0, i;

	filter[at++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
				offsetof(struct seccomp_data, nr));
	for (i = 0; i < n; i++) {
		filter[at++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, calls[i], 0, 1);
		filter[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
			answer);
	}
	filter[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
						   SECCOMP_RET_ALLOW);
	program.len = (unsigned short)at;
	CHECK(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	CHECK(!prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
}

static volatile sig_atomic_t nanswered;

static void answer(int signal, siginfo_t *info, void *context)
{
	mcontext_t *machine = &((ucontext_t *)context)->uc_mcontext;

	(void)signal;
	(void)info;
	nanswered++;
#ifdef __x86_64__
	machine->gregs[REG_RAX] = -ENOSYS;
#else
	machine->regs[0] = (unsigned long)-ENOSYS;
#endif
}

static void draw(void)
{
	unsigned char buf[64];
	int i;

	for (i = 0; i < 100; i++) {
		CHECK(getrandom(buf, sizeof(buf), 0) == sizeof(buf));
		CHECK(!getentropy(buf, sizeof(buf)));
	}
}

int main(void)
{
	static const unsigned int helpers[] = {
		SYS_mmap, SYS_munmap, SYS_madvise, SYS_mlock2,
		SYS_prlimit64, SYS_rt_sigprocmask,
	};
	static const unsigned int all[] = { SYS_getrandom };
	struct sigaction action = { .sa_sigaction = answer, .sa_flags = SA_SIGINFO };
	unsigned char buf[64];
	int status, i;
	pid_t child = fork();

	CHECK(child >= 0);
	if (!child) {
		CHECK(!sigaction(SIGSYS, &action, NULL));
		refuse(helpers, 5, SECCOMP_RET_TRAP);
		draw();
		CHECK(nanswered);
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(!status);

	refuse(helpers, 6, SECCOMP_RET_ERRNO | ENOSYS);
	draw();
	puts("memory none: every request is a system call, as it should be here");
	refuse(all, 1, SECCOMP_RET_ERRNO | ENOSYS);
	CHECK(getrandom(buf, sizeof(buf), 0) == -1 && errno == ENOSYS);
	CHECK(getentropy(buf, sizeof(buf)) == -1 && errno == ENOSYS);
#ifdef HAVE_ARC4RANDOM
	memset(buf, 0, sizeof(buf));
	arc4random_buf(buf, sizeof(buf));
	for (i = 0; i < 64 && !buf[i]; i++)
		;
	CHECK(i < 64);
#endif
	(void)i;
	return 0;
}
