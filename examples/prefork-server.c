/* SPDX-License-Identifier: MIT */
/*
 * prefork-server.c - a server whose workers are forked from one parent that has
 * drawn random bytes already, each handing out session tokens.
 *
 *	cc prefork-server.c $(pkg-config --cflags --libs libvgetrandom) \
 *		-o prefork-server
 *	./prefork-server SOCKET WORKERS TOKENS
 *
 * Each connection to the UNIX socket gets one token of 128 bits; after TOKENS
 * of them the server ends.  Nothing is done about fork here, and that is the
 * point: a worker's keys are gone when it starts.  (A generator that forgets
 * this gives each worker its siblings' tokens.)
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vgetrandom.h>

#define TOKEN_LEN	16
#define LINE_LEN	(2 * TOKEN_LEN + 1)

static void die(const char *what)
{
	fprintf(stderr, "prefork-server: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void make_line(char line[LINE_LEN])
{
	unsigned char token[TOKEN_LEN];
	int i;

	vgetrandom_buf(token, sizeof(token));
	for (i = 0; i < TOKEN_LEN; i++) {
		line[2 * i] = "0123456789abcdef"[token[i] >> 4];
		line[2 * i + 1] = "0123456789abcdef"[token[i] & 15];
	}
	line[LINE_LEN - 1] = '\n';
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("socket");
	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		die(path);
	}
	strcpy(address.sun_path, path);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(fd, 64))
		die(path);
	return fd;
}

/* Tells the parent of each token by one byte, so that it knows when to stop. */
static void serve(int listener, int tally)
{
	char line[LINE_LEN];
	int client;

	for (;;) {
		client = accept(listener, NULL, NULL);
		if (client < 0)
			continue;
		make_line(line);
		if (write(client, line, sizeof(line)) == sizeof(line) &&
		    write(tally, "", 1) != 1)
			_exit(1);
		close(client);
	}
}

static pid_t start_worker(int listener, int tally)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (!pid)
		serve(listener, tally);
	return pid;
}

static long number(const char *word)
{
	char *end;
	long value = strtol(word, &end, 10);

	if (*end || value < 1 || value > 1000000) {
		fprintf(stderr, "prefork-server: %s: a number from 1 to 1000000 expected\n",
			word);
		exit(2);
	}
	return value;
}

int main(int argc, char **argv)
{
	long nworkers, ntokens, i;
	int listener, tally[2];
	char byte;
	pid_t *worker;

	if (argc != 4) {
		fprintf(stderr, "usage: prefork-server SOCKET WORKERS TOKENS\n");
		return 2;
	}
	nworkers = number(argv[2]);
	ntokens = number(argv[3]);
	worker = calloc((size_t)nworkers, sizeof(*worker));
	if (!worker || pipe(tally))
		die("start");
	signal(SIGPIPE, SIG_IGN);

	/* The parent draws too: its batch is warm when the workers are made. */
	fprintf(stderr, "prefork-server: run %016llx\n",
		(unsigned long long)vgetrandom_u64());
	listener = listen_at(argv[1]);
	for (i = 0; i < nworkers; i++)
		worker[i] = start_worker(listener, tally[1]);

	while (ntokens && read(tally[0], &byte, 1) == 1)
		ntokens--;

	for (i = 0; i < nworkers; i++) {
		kill(worker[i], SIGTERM);
		waitpid(worker[i], NULL, 0);
	}
	unlink(argv[1]);
	free(worker);
	return ntokens ? 1 : 0;
}
