/* SPDX-License-Identifier: MIT */
/*
 * Claim: a program that has locked all its memory, present and future, before
 * the library starts is served as any other: no byte comes twice, a child's
 * are its own, and quiescing leaves no key in memory.
 *
 * In 6.16 to 6.19 a droppable mapping made under MCL_FUTURE is locked, and
 * nothing drops it.
 *
 * To see it fail: have vgr_arenas_drop do nothing when vgr_pages_drop fails.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check-tier.h"
#include "check.h"
#include "state.h"
#include "thread.h"
#include "vgetrandom.h"

static int lock_error;

/* Before the library's own constructor. */
static void lock_all(void)
{
	lock_error = mlockall(MCL_CURRENT | MCL_FUTURE);
}

__attribute__((section(".preinit_array"), used))
static void (*const lock_first)(void) = lock_all;

static void draw(void)
{
	uint8_t bytes[2048];

	check_eq(vgetrandom(bytes, sizeof(bytes), 0), sizeof(bytes));
	check_unique_windows(bytes, sizeof(bytes));
}

static void *draw_in_thread(void *unused)
{
	draw();
	return unused;
}

static void draw_in_child(void)
{
	uint8_t bytes[256];
	int channel[2], status;
	pid_t child;

	check_eq(pipe(channel), 0);
	child = fork();
	check(child >= 0);
	if (!child) {
		check_eq(vgetrandom(bytes, sizeof(bytes), 0), sizeof(bytes));
		_exit(write(channel[1], bytes, sizeof(bytes)) != sizeof(bytes));
	}
	check_eq(read(channel[0], bytes, sizeof(bytes)), sizeof(bytes));
	check_unique_windows(bytes, sizeof(bytes));
	check_eq(waitpid(child, &status, 0), child);
	check_eq(status, 0);
}

/* The flags of the mapping that holds the state, as /proc shows them. */
static void print_flags(const void *state)
{
	char line[256];
	unsigned long low = 0, high = 0, from, to;
	FILE *maps = fopen("/proc/self/smaps", "re");

	while (maps && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2) {
			low = from;
			high = to;
		}
		if ((uintptr_t)state >= low && (uintptr_t)state < high &&
		    !strncmp(line, "VmFlags:", 8))
			printf("%s", line);
	}
	if (maps)
		fclose(maps);
}

int main(void)
{
	static const struct vgr_state empty;
	pthread_t thread;
	int i;

	if (lock_error)
		skip("memory cannot be locked here");
	if (check_tier() == 3)
		skip("no state is kept here");
	draw();
	print_flags(vgr_thread_slot->state);

	for (i = 0; i < 20; i++) {
		check_eq(pthread_create(&thread, NULL, draw_in_thread, NULL), 0);
		check_eq(pthread_join(thread, NULL), 0);
	}
	draw_in_child();
	draw();

	check_eq(vgetrandom_quiesce(), 0);
	check_bytes(vgr_thread_slot->state->batch, empty.batch,
		    sizeof(empty.batch));
	check_bytes(vgr_thread_slot->state->key, empty.key, sizeof(empty.key));
	draw();
	vgetrandom_reseed();
	draw();
	draw_in_child();
	return 0;
}
