/* SPDX-License-Identifier: MIT */
/*
 * Claim: no two of the tokens that the pre-fork server's workers hand out are
 * the same, though each worker starts as a copy of one parent.
 *
 * To see it fail: in map_inside of pages.c, map MAP_PRIVATE in place of
 * MAP_DROPPABLE.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check-tier.h"
#include "check.h"

#define NTOKENS		2000
#define LINE_LEN	33

static char socket_path[64];

static pid_t start_server(void)
{
	const char *builddir = getenv("builddir");
	char program[512], ntokens[16];
	pid_t pid;

	snprintf(program, sizeof(program), "%s/examples/prefork-server",
		 builddir ? builddir : ".");
	snprintf(ntokens, sizeof(ntokens), "%d", NTOKENS);
	pid = fork();
	if (!pid) {
		execl(program, program, socket_path, "8", ntokens, NULL);
		_exit(127);
	}
	return pid;
}

static int connect_once(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(address.sun_path, socket_path);
	if (!connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd;
	close(fd);
	return -1;
}

static void fetch_token(char line[LINE_LEN])
{
	size_t len = 0;
	ssize_t got;
	int fd, tries;

	/* The first connection waits for the server to be there. */
	for (tries = 0; (fd = connect_once()) < 0; tries++) {
		check(tries < 3000);
		usleep(10000);
	}
	while (len < LINE_LEN && (got = read(fd, line + len, LINE_LEN - len)) > 0)
		len += (size_t)got;
	close(fd);
	check_eq(len, LINE_LEN);
	check_eq(line[LINE_LEN - 1], '\n');
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, LINE_LEN);
}

int main(void)
{
	static char tokens[NTOKENS][LINE_LEN];
	int i, status;
	pid_t server;

	check_tier();
	snprintf(socket_path, sizeof(socket_path), "/tmp/prefork-%ld",
		 (long)getpid());
	signal(SIGPIPE, SIG_IGN);
	server = start_server();
	for (i = 0; i < NTOKENS; i++)
		fetch_token(tokens[i]);
	check_eq(waitpid(server, &status, 0), server);
	check_eq(status, 0);

	qsort(tokens, NTOKENS, LINE_LEN, by_bytes);
	for (i = 1; i < NTOKENS; i++)
		check(memcmp(tokens[i - 1], tokens[i], LINE_LEN));
	return 0;
}
