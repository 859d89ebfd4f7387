/* SPDX-License-Identifier: MIT */
/*
 * sandboxed-worker.c - a thread that may make three system calls and no other:
 * getrandom, write, exit.  Anything else kills the process.
 *
 *	cc sandboxed-worker.c $(pkg-config --cflags --libs libvgetrandom) \
 *		-pthread -o sandboxed-worker
 *	./sandboxed-worker
 *
 * vgetrandom_prepare() is called first, in the thread that will be confined:
 * whatever the library needs of the kernel it asks for there.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <vgetrandom.h>

/* A real filter also looks at seccomp_data.arch; this one is an example. */
static int confine_this_thread(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getrandom, 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_write, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {
		.len = sizeof(filter) / sizeof(filter[0]),
		.filter = filter,
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		return -errno;
	return 0;
}

/* Neither stdio nor malloc from here on: they have system calls of their own. */
static void say(const char *line)
{
	if (write(STDOUT_FILENO, line, strlen(line)) < 0)
		syscall(SYS_exit, 1);
}

static void *work(void *unused)
{
	char line[] = "drew 0000000000000000 at the end of 16 MiB\n";
	uint64_t last = 0;
	int i, error;

	error = vgetrandom_prepare();
	if (error)
		fprintf(stderr, "every draw will be a system call: %s\n",
			strerror(-error));
	error = confine_this_thread();
	if (error) {
		fprintf(stderr, "no filter: %s\n", strerror(-error));
		exit(1);
	}

	for (i = 0; i < 2 * 1024 * 1024; i++)
		last = vgetrandom_u64();
	for (i = 0; i < 16; i++)
		line[5 + i] = "0123456789abcdef"[last >> 4 * i & 15];
	say(line);

	/* pthread_exit would unmap the stack; the process goes on without us. */
	syscall(SYS_exit, 0);
	return unused;
}

int main(void)
{
	pthread_t worker;
	int error = pthread_create(&worker, NULL, work, NULL);

	if (error) {
		fprintf(stderr, "no thread: %s\n", strerror(error));
		return 1;
	}
	pthread_join(worker, NULL);
	return 0;
}
