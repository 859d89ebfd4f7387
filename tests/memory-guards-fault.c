/* SPDX-License-Identifier: MIT */
/*
 * Claim: whoever runs off the end of the memory of keys meets a fault: before
 * and behind the arena, in a fork child too; and at the end of each group of
 * pages where the kernel grants guards (Linux 6.13), in a child once it has
 * called vgetrandom_prepare().
 *
 * To see it fail: in map_as of pages.c, let the room around have access; leave
 * out a call of vgr_pages_guard.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>

#include "check-child.h"
#include "check-mapping.h"
#include "check-tier.h"
#include "check.h"
#include "pages.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL	102
#endif

static struct mapping arena;
static size_t page_len;
static sigjmp_buf after_fault;

static void on_fault(int number)
{
	siglongjmp(after_fault, number);
}

/* In this process: a child's guards are another matter. */
static int faults(const uint8_t *at)
{
	if (sigsetjmp(after_fault, 1))
		return 1;
	(void)*(const volatile uint8_t *)at;
	return 0;
}

static void ends_fault(void)
{
	check(faults(arena.start - 1));
	check(faults(arena.start - page_len));
	check(faults(arena.end));
	check(faults(arena.end + page_len - 1));
	check(!faults(arena.start));
}

static void guards_fault(void)
{
	size_t nguards = 0;
	uint8_t *at;

	for (at = arena.start + VGR_GROUP_LEN; at < arena.end;
	     at += VGR_GROUP_LEN) {
		check(faults(at - page_len));
		check(faults(at - 1));
		check(!faults(at - page_len - 1));
		nguards++;
	}
	/* Locked memory may be too short for more than one group. */
	check(nguards > 0 || mapping_has(&arena, "lo"));
}

/* Does this kernel say yes, and does it mean it (qemu-user)? */
static int has_guards(void)
{
	uint8_t *page = mmap(NULL, page_len, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page != MAP_FAILED &&
	       !madvise(page, page_len, MADV_GUARD_INSTALL) && faults(page);
}

static void in_forked_child(void)
{
	ends_fault();
}

static void in_prepared_child(void)
{
	check_eq(vgetrandom_prepare(), 0);
	ends_fault();
	guards_fault();
}

int main(int argc, char **argv)
{
	(void)argc;
	page_len = (size_t)sysconf(_SC_PAGESIZE);
	if (signal(SIGSEGV, on_fault) == SIG_ERR)
		hard_error("signal");
	check_tier();
	arena = mapping_of(own_state());
	ends_fault();
	in_child(in_forked_child);
	if (has_guards()) {
		guards_fault();
		in_child(in_prepared_child);
	} else {
		printf("no guards inside a mapping (before Linux 6.13)\n");
	}
	restart_with(argv, "VGETRANDOM_MEMORY", "locked");
	return 0;
}
