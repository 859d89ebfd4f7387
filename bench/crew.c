/* SPDX-License-Identifier: MIT */
/*
 * crew.c - see crew.h.
 *
 * A turn is a message to the worker and one back; whoever is not on turn
 * sleeps in recv().  Nothing of that lies within what is timed.
 */
#include "crew.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS	120000	/* for one turn */

/*
 * The command has a copy of the library in itself, which would be awake in
 * every worker: it is started disabled, and only then the variable gets the
 * user's value again, for the copy that is measured.
 */
#define ASLEEP		"VGETRANDOM_DISABLE"
#define USERS_WISH	"VGETRANDOM_BENCH_DISABLE"

struct answer {
	struct bench_sample sample;
	int is_absent;
	char note[BENCH_NOTE_LEN];
};

/* ---- The worker's end --------------------------------------------------- */

_Noreturn void bench_worker_serve(const struct bench_options *options)
{
	const struct bench_peer *peer = options->worker_peer;
	const char *path = bench_options_path(options, peer->name);
	struct answer answer = { 0 };
	struct bench_order order;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getenv(USERS_WISH))
		setenv(ASLEEP, getenv(USERS_WISH), 1);
	else
		unsetenv(ASLEEP);
	bench_pin(bench_ncpus() - 1);	/* interrupts like the first CPU */
	answer.is_absent = bench_peer_open(peer, path, answer.note) != 0;
	while (send(options->worker_fd, &answer, sizeof(answer),
		    MSG_NOSIGNAL) == sizeof(answer) &&
	       recv(options->worker_fd, &order, sizeof(order), 0) ==
			sizeof(order))
		bench_measure(peer, &order, &answer.sample);
	_exit(0);
}

/* ---- The conductor's end ------------------------------------------------ */

static _Noreturn void exec_worker(const struct bench_worker *worker,
				  const struct bench_options *options, int fd)
{
	const char *path = bench_options_path(options, worker->peer->name);
	char as[96], load[PATH_MAX + 96];
	char *argv[] = { (char *)"vgetrandom", (char *)"bench", as,
			 path ? load : NULL, NULL };

	snprintf(as, sizeof(as), "--worker=%d:%s", fd, worker->peer->name);
	snprintf(load, sizeof(load), "--load=%s=%s", worker->peer->name,
		 path ? path : "");
	fcntl(fd, F_SETFD, 0);
	if (getenv(ASLEEP))
		setenv(USERS_WISH, getenv(ASLEEP), 1);
	setenv(ASLEEP, "1", 1);
	if (worker->peer->core)
		setenv("VGETRANDOM_CORE", worker->peer->core, 1);
	execv("/proc/self/exe", argv);
	_exit(127);
}

/* Its last words, in words. */
static void bury(struct bench_worker *worker, char *why)
{
	int status = 0;

	close(worker->fd);
	waitpid(worker->pid, &status, 0);
	worker->pid = 0;
	if (WIFSIGNALED(status))
		snprintf(why, BENCH_NOTE_LEN, "the worker died: %s",
			 strsignal(WTERMSIG(status)));
	else
		snprintf(why, BENCH_NOTE_LEN, "the worker left with status %d",
			 WEXITSTATUS(status));
}

static int hear(struct bench_worker *worker, struct answer *answer, char *why)
{
	struct pollfd poll_fd = { .fd = worker->fd, .events = POLLIN };

	if (poll(&poll_fd, 1, PATIENCE_MS) == 0) {
		kill(worker->pid, SIGKILL);
		bury(worker, why);
		snprintf(why, BENCH_NOTE_LEN, "no answer within %d s",
			 PATIENCE_MS / 1000);
		return -1;
	}
	if (recv(worker->fd, answer, sizeof(*answer), 0) == sizeof(*answer))
		return 0;
	bury(worker, why);
	return -1;
}

int bench_worker_start(struct bench_worker *worker,
		       const struct bench_options *options)
{
	struct answer answer;
	int ends[2];

	worker->is_absent = true;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) {
		snprintf(worker->note, BENCH_NOTE_LEN, "socketpair: %s",
			 strerror(errno));
		return -1;
	}
	worker->pid = fork();
	if (!worker->pid)
		exec_worker(worker, options, ends[1]);
	close(ends[1]);
	worker->fd = ends[0];
	if (worker->pid < 0) {
		snprintf(worker->note, BENCH_NOTE_LEN, "fork: %s",
			 strerror(errno));
		close(ends[0]);
		worker->pid = 0;
		return -1;
	}
	if (hear(worker, &answer, worker->note))
		return -1;
	memcpy(worker->note, answer.note, sizeof(worker->note));
	worker->is_absent = answer.is_absent;
	if (worker->is_absent)
		bench_worker_stop(worker);
	return worker->is_absent ? -1 : 0;
}

void bench_worker_stop(struct bench_worker *worker)
{
	if (!worker->pid)
		return;
	close(worker->fd);	/* which tells it to leave */
	waitpid(worker->pid, NULL, 0);
	worker->pid = 0;
}

void bench_worker_turn(struct bench_worker *worker,
		       const struct bench_options *options,
		       const struct bench_order *order,
		       struct bench_sample *sample)
{
	struct answer answer;

	memset(sample, 0, sizeof(*sample));
	if (!worker->pid && bench_worker_start(worker, options)) {
		bench_fail(sample, worker->note, 0);
		return;
	}
	if (send(worker->fd, order, sizeof(*order), MSG_NOSIGNAL) !=
	    sizeof(*order)) {
		bury(worker, sample->error);
		return;
	}
	if (!hear(worker, &answer, sample->error))
		*sample = answer.sample;
}
