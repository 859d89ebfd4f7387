/* SPDX-License-Identifier: MIT */
/*
 * Claim: the drop-in serves calls that come before any constructor has run, its
 * own included, and they do not keep it from serving later ones in user space.
 *
 * To see it fail: have vgr_thread_enter_slowly not ask whether threads may have
 * slots yet; or getrandom in preload/getrandom.c answer ENOSYS until start ran.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>

#include "check-getrandom.h"
#include "check-preload.h"

#define HANDFUL	10

static struct draws {
	int errors;
	_Alignas(4) uint8_t bytes[4][16];
	uint32_t below_10;
} before_all, in_constructor;

static void draw(struct draws *draws)
{
	errno = 0;
	draws->errors += getrandom(draws->bytes[0], 16, 0) != 16;
	draws->errors += getentropy(draws->bytes[1], 16) != 0;
	draws->errors += syscall(SYS_getrandom, draws->bytes[2], 16L, 0L) != 16;
#ifdef HAVE_ARC4RANDOM
	arc4random_buf(draws->bytes[3], 12);
	*(uint32_t *)(draws->bytes[3] + 12) = arc4random();
	draws->below_10 = arc4random_uniform(10);
#else
	draws->errors += getentropy(draws->bytes[3], 16) != 0;
#endif
	draws->errors += errno != 0;
}

/* The dynamic linker calls these before every constructor of every library. */
static void preinit(void)
{
	draw(&before_all);
}

__attribute__((section(".preinit_array"), used))
static void (*const preinit_pointer)(void) = preinit;

__attribute__((constructor))
static void construct(void)
{
	draw(&in_constructor);
}

static void check_draws(const struct draws *draws)
{
	check_eq(draws->errors, 0);
	check(draws->below_10 < 10);
	check_unique_windows(draws->bytes[0], sizeof(draws->bytes));
}

int main(int argc, char **argv)
{
	int i;

	(void)argc;
	check_preload(argv);
#ifdef __GLIBC__	/* musl has no .preinit_array */
	check_draws(&before_all);
#endif
	check_draws(&in_constructor);

	check_getrandom_count();
	for (i = 0; i < 20; i++) {
		struct draws later = { 0 };

		draw(&later);
		check_draws(&later);
	}
	printf("%lu system calls for what came later\n", check_ngetrandom);
	check(check_ngetrandom <= HANDFUL || check_preloaded() == 3);
	return 0;
}
