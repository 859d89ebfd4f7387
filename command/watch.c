/* SPDX-License-Identifier: MIT */
/*
 * watch.c - "vgetrandom run --check": our side of the question.
 *
 * The program must be the process that was started, and must find no child of
 * ours among its own: so a grandchild waits, whose parent is gone.  It holds
 * one end of a pair of sockets and the program the other, as preload/check.c
 * expects it.
 */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_S	10	/* for a program to load its libraries */

/* Above the numbers that programs expect to be free, if that may be. */
#define HIGH_FD		100

/* Waits, prints, hangs up. */
static _Noreturn void wait_for_answer(int socket, const char *program,
				      pid_t pid)
{
	struct pollfd readable = { .fd = socket, .events = POLLIN };
	char answer[1000];
	ssize_t len;

	/* Not ours to hold open: someone may be waiting for their end. */
	close(STDIN_FILENO);
	close(STDOUT_FILENO);

	if (poll(&readable, 1, PATIENCE_S * 1000) <= 0) {
		vgr_command_say("%s (process %d): no answer from the drop-in within %d s",
				program, (int)pid, PATIENCE_S);
		_exit(EXIT_FAILURE);
	}
	len = read(socket, answer, sizeof(answer));
	if (len <= 0)
		vgr_command_say("%s (process %d): not active, the drop-in was not loaded",
				program, (int)pid);
	else if (answer[0])	/* else PROGRAM could not be started */
		vgr_command_say("%s (process %d): %.*s", program, (int)pid,
				(int)len, answer);
	_exit(EXIT_SUCCESS);
}

/* Forks twice: the one in between is gone on return, so nobody is our child. */
static int start_watcher(int sockets[2], const char *program)
{
	pid_t pid = getpid(), between = fork(), watcher;
	int status = 0;

	if (between < 0)
		return -1;
	if (between) {
		while (waitpid(between, &status, 0) < 0 && errno == EINTR)
			;
		errno = EAGAIN;
		return status ? -1 : 0;
	}
	close(sockets[1]);
	watcher = fork();
	if (!watcher)
		wait_for_answer(sockets[0], program, pid);
	_exit(watcher < 0);
}

int vgr_command_watch(const char *program)
{
	int sockets[2], high;
	char value[40];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets))
		return -1;
	if (start_watcher(sockets, program))
		return -1;
	close(sockets[0]);

	high = fcntl(sockets[1], F_DUPFD, HIGH_FD);
	if (high >= 0) {
		close(sockets[1]);
		sockets[1] = high;
	}
	snprintf(value, sizeof(value), "%d:%d", (int)getpid(), sockets[1]);
	return setenv("VGETRANDOM_CHECK", value, 1) ? -1 : sockets[1];
}
