/* SPDX-License-Identifier: MIT */
/*
 * Claim: with our implementation set, libsodium's calls draw from libvgetrandom
 * (its counters move), stir makes keys stale but does not end a quiesce, and
 * what parent and child draw through libsodium after a fork has no 16 bytes in
 * common.
 *
 * To see it fail: leave out randombytes_set_implementation below; leave out
 * "!info.is_active" in stir; or in map_inside of pages.c map MAP_PRIVATE in
 * place of MAP_DROPPABLE.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check-tier.h"
#include "check.h"
#include "vgetrandom-sodium.h"

#define NFORKS		50
#define DRAW_LEN	4096

static struct vgetrandom_info info_now(void)
{
	struct vgetrandom_info info = { .size = sizeof(info) };

	check_eq(vgetrandom_info(&info), 0);
	return info;
}

static void is_named_and_complete(void)
{
	check(!strcmp(randombytes_implementation_name(), "vgetrandom"));
	check_eq(randombytes_uniform(0), 0);
	check_eq(randombytes_uniform(1), 0);
}

/* More than a state holds ready made, so that something is counted. */
static void draws_are_counted(void)
{
	struct vgetrandom_info before, after;
	unsigned char bytes[8192];
	int i;

	before = info_now();
	randombytes_buf(bytes, sizeof(bytes));
	after = info_now();
	check(after.refills + after.system_calls >
	      before.refills + before.system_calls);
	check_unique_windows(bytes, sizeof(bytes));

	before = info_now();
	for (i = 0; i < 2000; i++)
		check(randombytes_uniform(1000) < 1000);
	after = info_now();
	check(after.refills + after.system_calls >
	      before.refills + before.system_calls);

	before = info_now();
	for (i = 0; i < 2000; i++)
		randombytes_random();
	after = info_now();
	check(after.refills + after.system_calls >
	      before.refills + before.system_calls);
}

static void stir_takes_a_new_key(void)
{
	struct vgetrandom_info before = info_now(), after;

	if (!before.is_active)
		return;
	randombytes_stir();
	randombytes_random();
	after = info_now();
	check(after.kernel_keys > before.kernel_keys);

	check_eq(vgetrandom_quiesce(), 0);
	randombytes_stir();
	after = info_now();
	check(!after.is_active);
	vgetrandom_reseed();
	after = info_now();
	check(after.is_active);
}

static void forks_differ(void)
{
	unsigned char *shared, mine[DRAW_LEN];
	int i, status;
	pid_t pid;

	shared = mmap(NULL, DRAW_LEN, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(shared != MAP_FAILED);
	for (i = 0; i < NFORKS; i++) {
		randombytes_random();
		pid = fork();
		check(pid >= 0);
		if (!pid) {
			randombytes_buf(shared, DRAW_LEN);
			_exit(0);
		}
		randombytes_buf(mine, sizeof(mine));
		check_eq(waitpid(pid, &status, 0), pid);
		check_eq(status, 0);
		check_unique_windows(mine, sizeof(mine));
		check_unique_windows(shared, DRAW_LEN);
	}
}

int main(void)
{
	check_eq(randombytes_set_implementation(
			 &vgetrandom_sodium_implementation), 0);
	check(sodium_init() >= 0);
	check_tier();
	is_named_and_complete();
	draws_are_counted();
	stir_takes_a_new_key();
	forks_differ();
	check_eq(randombytes_close(), 0);
	return 0;
}
