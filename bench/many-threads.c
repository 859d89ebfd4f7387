/* SPDX-License-Identifier: MIT */
/*
 * many-threads.c - the stream that many threads' small draws make together.
 *
 *   many-threads THREADS BYTES
 *
 * Each thread draws 1 to 61 bytes at a time; whoever has some appends them to
 * standard output.  For statistical tests: a state that two threads share, or a
 * batch handed out twice, shows as a repeat.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vgetrandom.h"

#define MAX_THREADS	1000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned char pending[1 << 16];
static size_t npending;
static unsigned long long left;

/* Whoever reads may have had enough: that is no failure. */
static void write_pending(void)
{
	size_t done = 0;
	ssize_t n;

	while (done < npending) {
		n = write(STDOUT_FILENO, pending + done, npending - done);
		if (n < 0 && errno == EPIPE)
			exit(0);
		if (n < 0 && errno != EINTR) {
			perror("many-threads");
			exit(1);
		}
		done += n < 0 ? 0 : (size_t)n;
	}
	npending = 0;
}

/* Returns whether more is wanted. */
static int append(const unsigned char *bytes, size_t len)
{
	int more;

	pthread_mutex_lock(&lock);
	if (len > left)
		len = (size_t)left;
	left -= len;
	if (npending + len > sizeof(pending))
		write_pending();
	memcpy(pending + npending, bytes, len);
	npending += len;
	more = left > 0;
	pthread_mutex_unlock(&lock);
	return more;
}

static void *draw(void *arg)
{
	unsigned char bytes[64];
	size_t len = (size_t)arg;

	do {
		len = len % 61 + 1;
		vgetrandom_buf(bytes, len);
	} while (append(bytes, len));
	return NULL;
}

int main(int argc, char **argv)
{
	static pthread_t threads[MAX_THREADS];
	unsigned long n = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;
	size_t i;

	left = argc == 3 ? strtoull(argv[2], NULL, 10) : 0;
	if (!n || n > MAX_THREADS || !left) {
		fprintf(stderr, "usage: many-threads THREADS BYTES\n");
		return 2;
	}
	for (i = 0; i < n; i++)
		if (pthread_create(&threads[i], NULL, draw, (void *)i)) {
			fprintf(stderr, "many-threads: no thread\n");
			return 1;
		}
	for (i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	write_pending();
	return 0;
}
