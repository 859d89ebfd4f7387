/* SPDX-License-Identifier: MIT */
/*
 * Claim: a request for more than the kernel serves at once (0x7ffff000 bytes)
 * is served that far and not a byte further, and vgetrandom_buf() goes on to
 * the end.
 *
 * To see it fail: make MAX_LEN in api.c one page larger.
 *
 * The gigabytes are one mapped file over and over, so they need no memory.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check-tier.h"
#include "check.h"
#include "vgetrandom.h"

#define MAX_RW_COUNT	((size_t)0x7ffff000)
#define FILE_LEN	((size_t)4 << 20)
#define TAIL_LEN	((size_t)8192)
#define FILL		0xa5

/* MAX_RW_COUNT bytes of address space, and a tail that has its own memory. */
static uint8_t *map_gigabytes(size_t tail_len)
{
	int file = memfd_create("gigabytes", 0);
	size_t at, len;
	uint8_t *base;

	base = mmap(NULL, MAX_RW_COUNT + tail_len + 65536, PROT_NONE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED)
		skip("no 2 GiB of address space");
	if (file < 0 || ftruncate(file, (off_t)FILE_LEN))
		hard_error("memfd_create");

	for (at = 0; at < MAX_RW_COUNT; at += len) {
		len = MAX_RW_COUNT - at < FILE_LEN ? MAX_RW_COUNT - at : FILE_LEN;
		if (mmap(base + at, len, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_FIXED, file, 0) == MAP_FAILED)
			hard_error("mmap");
	}
	if (tail_len && mprotect(base + MAX_RW_COUNT, tail_len,
				 PROT_READ | PROT_WRITE))
		hard_error("mprotect");
	return base;
}

int main(void)
{
	size_t page_len = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *base;

	if (sizeof(size_t) < 8)
		skip("such a length is not to be had on this machine");
	if (page_len > TAIL_LEN)
		skip("a page is larger than the 4 KiB the limit is made of");
	check_tier();

	/* Behind the last byte that may be written lies no memory. */
	base = map_gigabytes(0);
	check_eq(vgetrandom(base, SIZE_MAX, 0), MAX_RW_COUNT);
	check(check_longest_zero_run(base + MAX_RW_COUNT - 4096, 4096) < 8);

	base = map_gigabytes(TAIL_LEN);
	memset(base + MAX_RW_COUNT, FILL, TAIL_LEN);
	vgetrandom_buf(base, MAX_RW_COUNT + TAIL_LEN - 1);
	check(check_longest_zero_run(base + MAX_RW_COUNT, TAIL_LEN) < 8);
	check_unique_windows(base + MAX_RW_COUNT, TAIL_LEN - 1);
	check_eq(base[MAX_RW_COUNT + TAIL_LEN - 1], FILL);
	return 0;
}
