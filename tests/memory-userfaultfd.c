/* SPDX-License-Identifier: MIT */
/*
 * Claim: nobody can have the faults of the memory of keys served by a
 * userfaultfd, and so put a page of his own there: the kernel refuses it (Linux
 * 6.17).
 *
 * To see it fail: in map_inside of pages.c, map MAP_PRIVATE in place of
 * MAP_DROPPABLE.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include "check-mapping.h"
#include "check-tier.h"
#include "check.h"

#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY	1
#endif

static int userfaultfd;

static int registers(void *start, size_t len, uint64_t mode)
{
	struct uffdio_register range = {
		.range = { (uintptr_t)start, len },
		.mode = mode,
	};

	return ioctl(userfaultfd, UFFDIO_REGISTER, &range) ? -errno : 0;
}

static int is_older_than(int major, int minor)
{
	struct utsname name;
	int is_major = 0, is_minor = 0;

	if (uname(&name) ||
	    sscanf(name.release, "%d.%d", &is_major, &is_minor) != 2)
		hard_error("uname");
	return is_major < major || (is_major == major && is_minor < minor);
}

int main(void)
{
	size_t page_len = (size_t)sysconf(_SC_PAGESIZE);
	struct uffdio_api api = { .api = UFFD_API };
	struct mapping arena;
	void *other;
	int answer;

	if (check_tier() != 1)
		skip("no droppable memory here");
	userfaultfd = (int)syscall(SYS_userfaultfd, O_CLOEXEC |
				   UFFD_USER_MODE_ONLY);
	if (userfaultfd < 0 || ioctl(userfaultfd, UFFDIO_API, &api))
		skip("no userfaultfd: %d", errno);

	/* That it would be granted where it is not refused. */
	other = mmap(NULL, page_len, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (other == MAP_FAILED)
		hard_error("no memory");
	check_eq(registers(other, page_len, UFFDIO_REGISTER_MODE_MISSING), 0);

	arena = mapping_of(own_state());
	answer = registers(arena.start, page_len, UFFDIO_REGISTER_MODE_MISSING);
	if (!answer && is_older_than(6, 17))
		skip("this kernel lets droppable memory be registered (before "
		     "6.17)");
	check_eq(answer, -EINVAL);
	check_eq(registers(arena.start, page_len, UFFDIO_REGISTER_MODE_WP),
		 -EINVAL);
	return 0;
}
