/* SPDX-License-Identifier: MIT */
/*
 * Claim: under the drop-in a child never repeats its parent's bytes, nor its
 * siblings', and is served in user space itself: after fork, fork of a process
 * with threads, vfork, posix_spawn, and fork and clone made by syscall().
 *
 * To see it fail: drop MAP_DROPPABLE and MADV_WIPEONFORK in pages.c.
 */
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/wait.h>

#include "check-getrandom.h"
#include "check-preload.h"

#define NROUNDS		10
#define NDRAWS		40
#define HANDFUL		5

/* What parent and child drew after they parted, in memory they share. */
static struct shared {
	uint8_t parents[NDRAWS][16], childs[NDRAWS][16];
	unsigned long childs_calls;
} *shared;

static void draw(uint8_t to[NDRAWS][16])
{
	int i;

	for (i = 0; i < NDRAWS; i++) {
		if (i % 2)
			check_eq(getrandom(to[i], 16, 0), 16);
		else
			check_eq(getentropy(to[i], 16), 0);
	}
}

static void be_child(void)
{
	unsigned long before = check_ngetrandom;

	draw(shared->childs);
	shared->childs_calls = check_ngetrandom - before;
}

/*
 * can_serve: not where the C library learns of no fork and the memory has to be
 * locked again.
 */
static void be_parent(pid_t pid, int can_serve)
{
	int status;

	check(pid > 0);
	draw(shared->parents);
	check_eq(waitpid(pid, &status, 0), pid);
	check_eq(status, 0);
	check_unique_windows(shared->parents, sizeof(shared->parents));
	check_unique_windows(shared->childs, sizeof(shared->childs));
	if (check_preloaded() != 3 && can_serve)
		check(shared->childs_calls <= HANDFUL);
}

static void by_fork(void)
{
	pid_t pid = fork();

	if (!pid) {
		be_child();
		_exit(0);
	}
	be_parent(pid, 1);
}

/* The compiler is told what it knows of vfork. */
long syscall_twice(long number, ...) __asm__("syscall")
	__attribute__((returns_twice));

static void by_raw_fork(void)
{
	pid_t pid = (pid_t)syscall_twice(SYS_clone, (long)SIGCHLD, 0L, 0L, 0L,
					 0L);

	if (!pid) {
		be_child();
		_exit(0);
	}
	be_parent(pid, check_preloaded() == 1);
}

static void by_vfork(void)
{
	pid_t pid = vfork();

	if (!pid) {
		be_child();
		_exit(0);
	}
	be_parent(pid, 1);
}

static void by_raw_vfork(void)
{
#ifdef __x86_64__	/* libc's own syscall() loses the way back */
	pid_t pid = (pid_t)syscall_twice(SYS_vfork);

	if (!pid) {
		be_child();
		_exit(0);
	}
	be_parent(pid, 1);
#endif
}

/* The program again, which draws to the file it is given. */
static void by_spawn(void)
{
	char *const arguments[] = { "preload-fork", "child", NULL };
	extern char **environ;
	pid_t pid;

	check_eq(posix_spawn(&pid, "/proc/self/exe", NULL, NULL, arguments,
			     environ), 0);
	be_parent(pid, 1);
}

static void share_memory(const char *is_child)
{
	FILE *file;

	/* A spawned child finds the parent's file by its number. */
	file = is_child ? fdopen(atoi(getenv("CHECK_SHARED")), "r+") : tmpfile();
	if (!file)
		hard_error("no temporary file");
	if (!is_child) {
		static char name[40];
		int fd = dup(fileno(file));	/* without close-on-exec */

		check_eq(ftruncate(fd, sizeof(*shared)), 0);
		snprintf(name, sizeof(name), "CHECK_SHARED=%d", fd);
		putenv(name);
	}
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED,
		      fileno(file), 0);
	check(shared != MAP_FAILED);
}

static void *draw_for_ever(void *unused)
{
	uint8_t bytes[16];

	(void)unused;
	while (getrandom(bytes, 16, 0) == 16)
		;
	return NULL;
}

static void run_all(void)
{
	int i;

	for (i = 0; i < NROUNDS; i++) {
		by_fork();
		by_raw_fork();
		by_vfork();
		by_raw_vfork();
	}
}

int main(int argc, char **argv)
{
	pthread_t thread;
	int i;

	check_preload(argv);
	share_memory(argc > 1 ? argv[1] : NULL);
	if (argc > 1) {
		be_child();
		return 0;
	}
	for (i = 0; i < NROUNDS; i++)
		by_spawn();	/* no filter yet: exec loses its handler */
	check_getrandom_count();
	run_all();
	for (i = 0; i < 3; i++)
		check_eq(pthread_create(&thread, NULL, draw_for_ever, NULL), 0);
	run_all();
	return 0;
}
