/* SPDX-License-Identifier: MIT */
/*
 * Claim: the drop-in loads by dlopen into a process that has hardly any static
 * thread-local storage left, in which threads are running already, and serves
 * them; and preloaded it takes no more than a pointer of what others may have.
 *
 * To see it fail: put 64 bytes of thread-local storage into the drop-in.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "check-preload.h"

#define MAX_EATERS	10000	/* each takes 8 bytes */
#define ROUNDING	8	/* the whole is rounded to 64 bytes */

typedef ssize_t getrandom_fn(void *buf, size_t len, unsigned int flags);

static char folder[] = "/tmp/static-tls.XXXXXX";
static getrandom_fn *draw_by;
static sem_t go;

/* A copy: the same file would be the same library. */
static int load_eater(int i)
{
	const char *build = getenv("builddir");
	char from[500], to[500];
	struct stat file;
	int in, out;
	void *handle;

	snprintf(from, sizeof(from), "%s/.libs/tests-static-tls-eater.so",
		 build ? build : ".");
	snprintf(to, sizeof(to), "%s/%d.so", folder, i);
	in = open(from, O_RDONLY);
	if (in < 0 || fstat(in, &file))
		hard_error("no %s", from);
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0700);
	if (out < 0 ||
	    sendfile(out, in, NULL, (size_t)file.st_size) != file.st_size)
		hard_error("no %s", to);
	close(in);
	close(out);
	handle = dlopen(to, RTLD_NOW | RTLD_LOCAL);
	unlink(to);
	return handle != NULL;
}

/* How many there is room for in this process. */
static int eat(int most)
{
	int n;

	for (n = 0; n < most && load_eater(n); n++)
		;
	return n;
}

/* The same in a child, which has as much as we have now. */
static int count_room(void)
{
	int *room = mmap(NULL, sizeof(*room), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;
	pid_t pid;

	check(room != MAP_FAILED);
	fflush(NULL);
	pid = fork();
	if (!pid) {
		*room = eat(MAX_EATERS);
		_exit(0);
	}
	check_eq(waitpid(pid, &status, 0), pid);
	check_eq(status, 0);
	return *room;
}

static void *thread(void *to)
{
	sem_wait(&go);
	check_eq(draw_by(to, 64, 0), 64);
	return NULL;
}

static void check_dlopen(int room)
{
	uint8_t drawn[3][64];
	pthread_t threads[2];
	void *handle;
	int i;

	check_eq(eat(room - 1), room - 1);
	sem_init(&go, 0, 0);
	for (i = 0; i < 2; i++)
		check_eq(pthread_create(&threads[i], NULL, thread,
					drawn[i]), 0);

	/* 8 bytes are left. */
	handle = dlopen(check_preload_path(), RTLD_NOW | RTLD_LOCAL);
	if (!handle)
		check_failed(__FILE__, __LINE__, dlerror());
	draw_by = (getrandom_fn *)(uintptr_t)dlsym(handle, "getrandom");
	check(draw_by && draw_by != getrandom);
	sem_post(&go);
	sem_post(&go);
	check_eq(draw_by(drawn[2], 64, 0), 64);
	for (i = 0; i < 2; i++)
		check_eq(pthread_join(threads[i], NULL), 0);
	check_unique_windows(drawn, sizeof(drawn));
	check(!dlclose(handle));
	check_eq(draw_by(drawn[2], 64, 0), 64);	/* -z nodelete */
}

int main(int argc, char **argv)
{
	const char *room_without = getenv("CHECK_ROOM");
	static char setting[40];
	int room;

	(void)argc;
	if (!mkdtemp(folder))
		hard_error("no folder under /tmp");
	room = count_room();
	if (room_without) {
		rmdir(folder);
		printf("room for %d when preloaded\n", room);
		check(room + ROUNDING >= atoi(room_without));
		return 0;
	}

	check_preload_tier();
	printf("room for %d pointers\n", room);
	if (!room || room == MAX_EATERS)
		skip("this libc has no such storage for dlopen, or no end of it");
	snprintf(setting, sizeof(setting), "CHECK_ROOM=%d", room);
	check_preload_in_child(argv, setting);
	check_dlopen(room);
	rmdir(folder);
	return 0;
}
