/* SPDX-License-Identifier: MIT */
/*
 * Claim: no key and no byte of a batch reaches swap, when the kernel pages out
 * all it can of the process; by either kind of memory.
 *
 * To see it fail: in map_inside of pages.c, map MAP_PRIVATE in place of
 * MAP_DROPPABLE; on locked memory, leave out the lock.
 *
 * A marker in ordinary memory does reach the swap file: without it nothing
 * would be proven.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/swap.h>
#include <sys/wait.h>

#include "check-child.h"
#include "check-draw.h"
#include "check-mapping.h"
#include "check-tier.h"
#include "check.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT	21
#endif

#define SWAP_LEN	((size_t)32 << 20)
#define PIECE		16

/* In the file's first page, for a swap area of 4 KiB pages (mkswap(8)). */
#define SWAP_VERSION_AT	1024
#define SWAP_LAST_AT	1028
#define SWAP_MAGIC_LEN	10

static char path[] = "/var/tmp/vgetrandom-swap-XXXXXX";
static uint8_t *file;			/* the swap file's content, read back */

/* ---- The swap file ---------------------------------------------------------- */

/* Written, not reserved: an unwritten extent would read as zeros. */
static void make_swap_file(void)
{
	size_t page_len = (size_t)sysconf(_SC_PAGESIZE);
	uint32_t last_page = (uint32_t)(SWAP_LEN / page_len - 1), version = 1;
	int fd = mkstemp(path);

	if (fd < 0)
		skip("no file for swap");
	file = calloc(1, SWAP_LEN);
	if (!file)
		hard_error("no memory");
	memcpy(file + SWAP_VERSION_AT, &version, sizeof(version));
	memcpy(file + SWAP_LAST_AT, &last_page, sizeof(last_page));
	memcpy(file + page_len - SWAP_MAGIC_LEN, "SWAPSPACE2", SWAP_MAGIC_LEN);
	if (write(fd, file, SWAP_LEN) != (ssize_t)SWAP_LEN || fsync(fd)) {
		unlink(path);
		skip("no room for a swap file");
	}
	close(fd);
}

/* Past the cache, which does not see what the kernel swaps. */
static void read_swap_file(void)
{
	int fd = open(path, O_RDONLY | O_DIRECT);
	size_t at;
	ssize_t got;

	if (fd < 0 || posix_memalign((void **)&file, 65536, SWAP_LEN))
		hard_error("cannot read the swap file");
	for (at = 0; at < SWAP_LEN; at += (size_t)got) {
		got = read(fd, file + at, 65536);
		if (got <= 0)
			hard_error("cannot read the swap file: %d", errno);
	}
	close(fd);
}

/* ---- A process that is paged out ------------------------------------------- */

/* Each as large as a page, so that none is told from another by its zeros. */
static void page_out(const struct mapping *mapping)
{
	madvise(mapping->start, (size_t)(mapping->end - mapping->start),
		MADV_PAGEOUT);
}

static void be_paged_out(int to, int from)
{
	size_t page_len = (size_t)sysconf(_SC_PAGESIZE), i;
	struct mapping arena, plain;
	struct vgr_state *state;
	uint8_t *marker, byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	marker = mmap(NULL, 64 * page_len, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (marker == MAP_FAILED)
		_exit(99);
	for (i = 0; i < 64 * page_len; i++)
		marker[i] = (uint8_t)(i * 131 + i / page_len);
	draw_away(100);
	state = own_state();
	/* The same memory at the same time, as it was when it went. */
	if (write(to, state, sizeof(*state)) != sizeof(*state) ||
	    write(to, marker + 10 * page_len, page_len) != (ssize_t)page_len)
		_exit(99);
	arena = mapping_of(state);
	plain = mapping_of(marker);
	for (i = 0; i < 3; i++) {
		page_out(&arena);
		page_out(&plain);
		usleep(100000);
	}
	printf("swapped: %lu bytes of keys, %lu of other memory\n",
	       mapping_of(state).swapped_len, mapping_of(marker).swapped_len);
	fflush(stdout);
	if (write(to, "r", 1) != 1 || read(from, &byte, 1) != 1)
		_exit(99);
	_exit(0);
}

static int nfound(const uint8_t *secret, size_t len)
{
	size_t i;
	int n = 0;

	for (i = 0; i + PIECE <= len; i += PIECE)
		if (check_longest_zero_run(secret + i, PIECE) <= 2)
			n += check_contains(file, SWAP_LEN, secret + i, PIECE);
	return n;
}

static void get(int fd, void *to, size_t len)
{
	if (read(fd, to, len) != (ssize_t)len)
		hard_error("the child said nothing");
}

static void look_for_keys(void)
{
	static uint8_t marker[65536];
	size_t page_len = (size_t)sysconf(_SC_PAGESIZE);
	int to_child[2], from_child[2];
	struct vgr_state state;
	uint8_t byte;
	pid_t pid;

	if (pipe(to_child) || pipe(from_child))
		hard_error("pipe");
	fflush(NULL);
	pid = fork();
	if (!pid)
		be_paged_out(from_child[1], to_child[0]);
	get(from_child[0], &state, sizeof(state));
	get(from_child[0], marker, page_len);
	get(from_child[0], &byte, 1);
	read_swap_file();
	if (write(to_child[1], "e", 1) != 1)
		hard_error("pipe");
	pass_on(wait_for(pid));

	if (!check_contains(file, SWAP_LEN, marker, 256))
		skip("the kernel swapped nothing to this file");
	check_eq(nfound(state.key, sizeof(state.key)), 0);
	check_eq(nfound(state.batch, sizeof(state.batch)), 0);
}

/* Swap is off again however the test in the child ends. */
static void swap_on_and_look(void)
{
	int status;

	make_swap_file();
	if (swapon(path, SWAP_FLAG_PREFER | 32767)) {
		unlink(path);
		skip("no swap on %s: %d", path, errno);
	}
	status = child_status(look_for_keys);
	if (swapoff(path))
		fprintf(stderr, "swapoff %s: %d\n", path, errno);
	unlink(path);
	pass_on(status);
}

int main(int argc, char **argv)
{
	(void)argc;
	if (geteuid())
		skip("only root may add swap");
	if (!getenv("VGETRANDOM_MEMORY"))
		restart_with(argv, "VGETRANDOM_MEMORY", "droppable");
	if (check_tier() != 3)
		swap_on_and_look();
	restart_with(argv, "VGETRANDOM_MEMORY", "locked");
	return 0;
}
