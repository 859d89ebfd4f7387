/* SPDX-License-Identifier: MIT */
/*
 * Claim: a thousand draws through each of getrandom, getentropy, arc4random,
 * arc4random_buf, arc4random_uniform and syscall(SYS_getrandom) make a handful
 * of system calls under the drop-in, and VGETRANDOM_SYSCALL=0 leaves the last
 * to the kernel.
 *
 * To see it fail: take a name out of the list of exported symbols in
 * Makefile.am; or the comparison with vgr_preload_serves_syscall out of
 * syscall-shim.S.
 */
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

#include "check-getrandom.h"
#include "check-preload.h"

#define NDRAWS		1000
#define HANDFUL		20	/* a key now and then */

static uint8_t drawn[NDRAWS][16];

static void by_getrandom(uint8_t *to)
{
	check_eq(getrandom(to, 16, 0), 16);
}

static void by_getentropy(uint8_t *to)
{
	check_eq(getentropy(to, 16), 0);
}

#ifdef HAVE_ARC4RANDOM
static void by_arc4random(uint8_t *to)
{
	uint32_t words[4] = { arc4random(), arc4random(), arc4random(),
			      arc4random() };

	memcpy(to, words, 16);
}

static void by_arc4random_buf(uint8_t *to)
{
	arc4random_buf(to, 16);
}

static void by_arc4random_uniform(uint8_t *to)
{
	int i;

	for (i = 0; i < 16; i++)
		to[i] = (uint8_t)arc4random_uniform(256);
}
#endif

static void by_syscall(uint8_t *to)
{
	check_eq(syscall(SYS_getrandom, to, 16L, 0L), 16);
}

static const struct {
	const char *name;
	void (*draw)(uint8_t *to);
} doors[] = {
	{ "getrandom", by_getrandom },
	{ "getentropy", by_getentropy },
#ifdef HAVE_ARC4RANDOM		/* glibc 2.36; musl has none */
	{ "arc4random", by_arc4random },
	{ "arc4random_buf", by_arc4random_buf },
	{ "arc4random_uniform", by_arc4random_uniform },
#endif
/* Elsewhere it is libc's. */
#if defined(__x86_64__) || defined(__aarch64__)
	{ "syscall", by_syscall },
#endif
};

#define NDOORS	(sizeof(doors) / sizeof(doors[0]))

static unsigned long count_calls(size_t door)
{
	unsigned long before = check_ngetrandom;
	size_t i;

	for (i = 0; i < NDRAWS; i++)
		doors[door].draw(drawn[i]);
	check_unique_windows(drawn, sizeof(drawn));
	printf("%s: %lu system calls for %d draws\n", doors[door].name,
	       check_ngetrandom - before, NDRAWS);
	return check_ngetrandom - before;
}

int main(int argc, char **argv)
{
	static char off[] = "VGETRANDOM_SYSCALL=0";
	const char *setting = getenv("VGETRANDOM_SYSCALL");
	size_t i;

	(void)argc;
	if (!check_preloaded()) {
		if (check_preload_tier() == 3)
			skip("every request is a system call here");
		check_preload_in_child(argv, NULL);
		check_preload_in_child(argv, off);
		return 0;
	}
	check_getrandom_count();

	for (i = 0; i < NDOORS; i++) {
		if (setting && doors[i].draw == by_syscall)
			check_eq(count_calls(i), NDRAWS);
		else
			check(count_calls(i) <= HANDFUL);
	}
	return 0;
}
