/* SPDX-License-Identifier: MIT */
/*
 * Claim: where a filter refuses everything that a first draw would like to have
 * (mappings, advice, locks, signal masks), draws are system calls; and where it
 * refuses getrandom itself, getrandom says so.  arc4random then reads
 * /dev/urandom, as ever (glibc).
 *
 * To see it fail: in vgr_pages_init go on when map_as says no.
 */
#include "libc.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

static void refuse(const unsigned int *calls, unsigned int n)
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
			SECCOMP_RET_ERRNO | ENOSYS);
	}
	filter[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
						   SECCOMP_RET_ALLOW);
	program.len = (unsigned short)at;
	CHECK(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	CHECK(!prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
}

int main(void)
{
	static const unsigned int helpers[] = {
		SYS_mmap, SYS_munmap, SYS_madvise, SYS_mlock2,
		SYS_rt_sigprocmask, SYS_prlimit64,
	};
	static const unsigned int all[] = { SYS_getrandom };
	unsigned char buf[64];
	int i;

	refuse(helpers, 6);
	for (i = 0; i < 100; i++) {
		CHECK(getrandom(buf, sizeof(buf), 0) == sizeof(buf));
		CHECK(!getentropy(buf, sizeof(buf)));
	}
	puts("memory none: every request is a system call, as it should be here");
	refuse(all, 1);
	CHECK(getrandom(buf, sizeof(buf), 0) == -1 && errno == ENOSYS);
	CHECK(getentropy(buf, sizeof(buf)) == -1 && errno == ENOSYS);
#ifdef HAVE_ARC4RANDOM
	memset(buf, 0, sizeof(buf));
	arc4random_buf(buf, sizeof(buf));
	for (i = 0; i < 64 && !buf[i]; i++)
		;
	CHECK(i < 64);
#endif
	return 0;
}
