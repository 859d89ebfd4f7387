/* SPDX-License-Identifier: MIT */
/*
 * check-watch.h - which system calls a piece of code really makes: it runs in a
 * traced child, threads included, between watch_begin() and watch_end().
 */
#ifndef CHECK_WATCH_H
#define CHECK_WATCH_H

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "check-child.h"

/* Numbers that no prctl has: they only tell the tracer. */
#define WATCH_BEGIN	0x7e57b3
#define WATCH_END	0x7e57e4

/* As PTRACE_GET_SYSCALL_INFO fills it in; headers differ in its name. */
struct watch_stop {
	uint8_t op, pad[3];
	uint32_t arch;
	uint64_t instruction_pointer, stack_pointer;
	uint64_t number, args[6];
};

struct watched {
	const void *buf;		/* in: a buffer to look for, or NULL */
	size_t buf_len;
	unsigned long ngetrandom;	/* getrandom system calls */
	unsigned long nkeys;		/* those of them that fetch 32 bytes */
	unsigned long ninto_buf;	/* those of them into buf */
	unsigned long nothers;		/* any other system call */
	long last_other;		/* which, for the message */
	int status;			/* of the child */
};

static inline void watch_begin(void)
{
	prctl(WATCH_BEGIN, 0, 0, 0, 0);
}

static inline void watch_end(void)
{
	prctl(WATCH_END, 0, 0, 0, 0);
}

static inline void watch_note(struct watched *seen,
			      const struct watch_stop *stop)
{
	if (stop->number != SYS_getrandom) {
		seen->nothers++;
		seen->last_other = (long)stop->number;
		return;
	}
	seen->ngetrandom++;
	seen->nkeys += stop->args[1] == 32;
	seen->ninto_buf += seen->buf &&
			   stop->args[0] - (uintptr_t)seen->buf < seen->buf_len;
}

/* Of the thread that began; its kin may wait for it by system call. */
static inline void watch_syscall_stop(struct watched *seen, pid_t pid,
				      pid_t *watched)
{
	struct watch_stop stop = { 0 };

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof(stop),
		   &stop) < 0)
		skip("no PTRACE_GET_SYSCALL_INFO (Linux 5.3)");
	if (stop.op != PTRACE_SYSCALL_INFO_ENTRY)
		return;
	if (stop.number == SYS_prctl && stop.args[0] == WATCH_BEGIN)
		*watched = pid;
	else if (stop.number == SYS_prctl && stop.args[0] == WATCH_END)
		*watched = 0;
	else if (*watched == pid)
		watch_note(seen, &stop);
}

static inline void watch_loop(struct watched *seen, pid_t child)
{
	pid_t pid, watched = 0;
	int status, deliver;

	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		if (WIFEXITED(status) || WIFSIGNALED(status)) {
			if (pid != child)
				continue;
			seen->status = status;
			return;
		}
		deliver = WSTOPSIG(status);
		if (deliver == (SIGTRAP | 0x80)) {
			watch_syscall_stop(seen, pid, &watched);
			deliver = 0;
		} else if (deliver == SIGTRAP || deliver == SIGSTOP) {
			deliver = 0;	/* an event, or a new thread */
		}
		ptrace(PTRACE_SYSCALL, pid, 0, deliver);
	}
}

static inline void watch_start_child(void (*body)(void))
{
	if (ptrace(PTRACE_TRACEME, 0, 0, 0))
		skip("ptrace is refused: %d", errno);
	raise(SIGSTOP);
	body();
	fflush(NULL);
	_exit(0);
}

/* Runs body in a child; what the child says of itself is in status. */
static inline void watch(struct watched *seen, void (*body)(void))
{
	pid_t child;
	int status;

	fflush(NULL);
	child = fork();
	if (child < 0)
		hard_error("fork");
	if (!child)
		watch_start_child(body);

	status = 0;
	if (waitpid(child, &status, 0) != child)
		hard_error("waitpid");
	if (!WIFSTOPPED(status)) {
		seen->status = status;
		return;
	}
	ptrace(PTRACE_SETOPTIONS, child, 0,
	       PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE |
	       PTRACE_O_EXITKILL);
	ptrace(PTRACE_SYSCALL, child, 0, 0);
	watch_loop(seen, child);
}

#endif
