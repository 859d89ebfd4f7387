/* SPDX-License-Identifier: MIT */
/*
 * Claim: a request of any length is served whole and writes nothing beyond its
 * buffer: 0, 1, around the lengths where the way through the generator changes,
 * and up to the most that getrandom(2) gives, 0x7ffff000 bytes.
 *
 * To see it fail: in produce of generator.c, let direct_len round up; or in
 * api.c, leave out the limit of MAX_LEN.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check-draw.h"
#include "check-tier.h"
#include "check.h"

#define UNLIKELY_ERRNO	4242
#define MOST		((size_t)0x7ffff000)
#define PIECE		((size_t)8 << 20)	/* of memory, seen 256 times */

/* Between pages that nobody may touch. */
static void draw_guarded(size_t len, enum check_edge edge)
{
	uint8_t *buf = check_guarded(len, edge);

	errno = UNLIKELY_ERRNO;
	memset(buf, 0, len);
	draw(buf, len);
	check_eq(errno, UNLIKELY_ERRNO);
	if (len >= 16) {
		check(check_longest_zero_run(buf, len) < 8);
		check_unique_windows(buf, len < 64 ? len : 64);
	}
	check_guarded_free(buf, len, edge);
}

static void check_lengths(void)
{
	static const size_t around[] = {
		2, 8, 16, 32, 64, 928, 960, 1024, 1856, 1888, 1952, 2048, 4096,
		14336, 15264, 15360, 16384, 28672, 29600, 65536, 1000000,
	};
	size_t i, len, start;

	for (i = 0; i < sizeof(around) / sizeof(around[0]); i++)
		for (len = around[i] - 2; len <= around[i] + 2; len++)
			for (start = 0; start < 3; start++) {
				draw_away(start * 450);
				draw_guarded(len, AT_END);
				draw_guarded(len, AT_START);
			}
}

/*
 * Address space for 2 GiB over a few MiB of memory, but for the pages at its
 * end, which are their own: what lies past the most is to stay as it is.
 */
static uint8_t *map_huge(size_t *len, uint8_t **end)
{
	size_t own = (size_t)1 << 20, at;
	uint8_t *huge;
	int fd = memfd_create("piece", 0);

	*len = (MOST / PIECE + 1) * PIECE + own;
	huge = mmap(NULL, *len, PROT_NONE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (fd < 0 || ftruncate(fd, (off_t)PIECE) || huge == MAP_FAILED)
		skip("no address space for 2 GiB");

	for (at = 0; at < *len - own; at += PIECE)
		if (mmap(huge + at, PIECE, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_FIXED, fd, 0) == MAP_FAILED)
			skip("no address space for 2 GiB");
	*end = (uint8_t *)((uintptr_t)huge + MOST - own);
	if (mmap(*end, 2 * own, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		skip("no address space for 2 GiB");
	close(fd);
	return huge;
}

static void check_huge(void)
{
	static const size_t lens[] = { MOST + 1, SIZE_MAX / 2 + 1, SIZE_MAX };
	size_t mapped, own = (size_t)1 << 20, i;
	uint8_t *end, *huge = map_huge(&mapped, &end);

	for (i = 0; i < (getenv("VGR_TEST_FULL") ? 3 : 1); i++) {
		memset(end, 0, 2 * own);
		errno = UNLIKELY_ERRNO;
		check_eq(vgetrandom(huge, lens[i], 0), MOST);
		check_eq(errno, UNLIKELY_ERRNO);
		check(check_longest_zero_run(end, own) < 8);
		check_eq(check_longest_zero_run(end + own, own), own);
	}
	munmap(huge, mapped);
}

int main(void)
{
	uint8_t byte = 0xa5;
	int tier = check_tier(), seen = 0, i;

	for (i = 0; i < 3; i++) {
		check_eq(vgetrandom(NULL, 0, 0), 0);
		check_eq(vgetrandom(&byte, 0, 0), 0);
		check_eq(byte, 0xa5);
		vgetrandom_buf(&byte, 0);
		check_eq(byte, 0xa5);
		draw_away(928);
	}
	/* One byte, of which each value comes sooner or later. */
	for (i = 0; i < 100000 && seen < 256; i++) {
		static uint8_t was_seen[256];

		draw(&byte, 1);
		seen += !was_seen[byte];
		was_seen[byte] = 1;
	}
	check_eq(seen, 256);

	check_lengths();
	if (tier == 3 && !getenv("VGR_TEST_FULL"))
		printf("2 GiB of system call: VGR_TEST_FULL=1\n");
	else
		check_huge();
	return 0;
}
