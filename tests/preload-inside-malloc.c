/* SPDX-License-Identifier: MIT */
/*
 * Claim: a program's malloc may draw through the drop-in, from its first call
 * on, in every thread and in a fork child; the drop-in never calls malloc.
 *
 * To see it fail: have getentropy in preload/getrandom.c copy through a buffer
 * from malloc.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "check-preload.h"

#ifdef CHECK_ASAN
int main(void)
{
	skip("AddressSanitizer's malloc and this test's exclude each other");
}
#else

#define NTHREADS	20
#define HEAP_LEN	(64 << 20)

/* Libraries must find these. */
#define PUBLIC __attribute__((visibility("default")))

static atomic_uint nmallocs, nerrors, nnested;
static __thread int is_inside;

static void draw(void)
{
	uint8_t bytes[16];
	int kept = errno;

	if (is_inside++)
		nnested++;
	nerrors += getrandom(bytes, 16, 0) != 16;
	nerrors += getentropy(bytes, 16) != 0;
	nerrors += syscall(SYS_getrandom, bytes, 16L, 0L) != 16;
#ifdef HAVE_ARC4RANDOM
	bytes[0] = (uint8_t)arc4random();
#endif
	is_inside--;
	nmallocs++;
	errno = kept;
}

/* The program's own heap: gives, and takes nothing back. */
static char heap[HEAP_LEN] __attribute__((aligned(64)));
static atomic_size_t used;

PUBLIC void *malloc(size_t len)
{
	size_t whole = (len + 16 + 63) & ~(size_t)63, at;

	draw();
	at = atomic_fetch_add(&used, whole);
	if (at + whole > HEAP_LEN) {
		errno = ENOMEM;
		return NULL;
	}
	memcpy(heap + at, &len, sizeof(len));
	return heap + at + 16;
}

PUBLIC void free(void *block)
{
	int kept = errno;

	(void)block;
	draw();
	errno = kept;
}

PUBLIC void *calloc(size_t n, size_t len)
{
	return malloc(n * len);		/* fresh memory is zero */
}

PUBLIC void *realloc(void *block, size_t len)
{
	size_t old_len;
	void *fresh = malloc(len);

	if (block && fresh) {
		memcpy(&old_len, (char *)block - 16, sizeof(old_len));
		memcpy(fresh, block, old_len < len ? old_len : len);
	}
	return fresh;
}

static void *thread(void *unused)
{
	(void)unused;
	free(strdup("from a thread"));
	return NULL;
}

static void use_malloc(void)
{
	pthread_t threads[NTHREADS];
	int i;

	for (i = 0; i < NTHREADS; i++)
		check_eq(pthread_create(&threads[i], NULL, thread, NULL), 0);
	for (i = 0; i < NTHREADS; i++)
		check_eq(pthread_join(threads[i], NULL), 0);
}

int main(int argc, char **argv)
{
	int status;
	pid_t pid;

	(void)argc;
	check_preload(argv);
	use_malloc();
	pid = fork();
	if (!pid) {
		use_malloc();
		_exit(nerrors || nnested);
	}
	check_eq(waitpid(pid, &status, 0), pid);
	check_eq(status, 0);
	printf("%u calls of malloc and free drew\n", nmallocs);
	check(nmallocs > 2 * NTHREADS);
	check_eq(nerrors, 0);
	check_eq(nnested, 0);
	return 0;
}
#endif
