/* SPDX-License-Identifier: MIT */
/*
 * Claim: the drop-in serves calls that come before any constructor has run, its
 * own included, and such calls do not keep it from serving those that come later in
 * user space.
 *
 * To see it fail: have vgr_thread_enter_slowly not ask whether threads may have
 * slots yet; or getrandom in preload/getrandom.c answer ENOSYS until start() ran.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>

#include "check-getrandom.h"
#include "check-preload.h"

#define HANDFUL	10

uint32_t arc4random(void);
void arc4random_buf(void *buf, size_t len);
uint32_t arc4random_uniform(uint32_t upper_bound);

static struct draws {
	int errors;
	uint8_t bytes[5][16];
	uint32_t below_10;
} before_all, in_constructor;

static void draw(struct draws *draws)
{
	uint32_t words[4] = { arc4random(), arc4random(), arc4random(),
			      arc4random() };

	errno = 0;
	draws->errors += getrandom(draws->bytes[0], 16, 0) != 16;
	draws->errors += getentropy(draws->bytes[1], 16) != 0;
	draws->errors += syscall(SYS_getrandom, draws->bytes[2], 16L, 0L) != 16;
	arc4random_buf(draws->bytes[3], 16);
	memcpy(draws->bytes[4], words, 16);
	draws->below_10 = arc4random_uniform(10);
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
	check_draws(&before_all);
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
