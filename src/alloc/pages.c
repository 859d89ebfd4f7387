/* SPDX-License-Identifier: MIT */
/*
 * pages.c - maps memory that forgets: on fork, and under memory pressure
 * rather than be written to swap.
 *
 * MAP_DROPPABLE is all of that by itself (Linux 6.11).  Before it, a private
 * mapping with MADV_WIPEONFORK, locked in memory, left out of core dumps and
 * of page merging comes near: only pressure does not take it.
 *
 * Knows nothing of what lies in the pages.
 */
#include "pages.h"

#include <errno.h>
#include <linux/mman.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "base.h"
#include "syscall.h"

/* Newer than Debian 12's UAPI headers. */
#ifndef MAP_DROPPABLE
#define MAP_DROPPABLE		0x08	/* a mapping type of its own, like MAP_PRIVATE */
#endif
#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED	24	/* Linux 5.18 */
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL	102	/* Linux 6.13 */
#endif
#ifndef MLOCK_ONFAULT
#define MLOCK_ONFAULT		1
#endif

static enum vgr_memory memory = VGR_MEMORY_NONE;
static const char *why_not = "the library has not started yet";
static size_t locked_len;		/* by all mappings together */

static bool is_error(long result)
{
	return result < 0 && result >= -4095;
}

static long map(uintptr_t where, size_t len, int protection, int flags)
{
	return vgr_mmap((void *)where, len, protection, flags | MAP_ANONYMOUS,
			-1);
}

static int advise(const uint8_t *where, size_t len, int advice)
{
	return (int)vgr_syscall(SYS_madvise, (long)where, (long)len, advice,
				0, 0, 0);
}

/*
 * An emulator that says yes to advice it has never heard of (qemu-user before
 * 10) does not wipe on fork either.
 */
static bool advice_can_be_believed(const uint8_t *where, size_t len)
{
	return advise(where, len, 0x7ead) == -EINVAL;
}

/*
 * Order matters: guards cannot be installed in locked memory, so the caller
 * has put them there before; and plain mlock would make all of it resident.
 */
static int lock(const uint8_t *where, size_t len)
{
	return (int)vgr_syscall(SYS_mlock2, (long)where, (long)len,
				MLOCK_ONFAULT, 0, 0, 0);
}

static int make_forgetful(const uint8_t *where, size_t len)
{
	int error;

	if (!advice_can_be_believed(where, len))
		return -ENOTSUP;
	error = advise(where, len, MADV_WIPEONFORK);
	if (!error)
		error = advise(where, len, MADV_DONTDUMP);
	if (error)
		return error;

	/* -EINVAL: a kernel without page merging. */
	error = advise(where, len, MADV_UNMERGEABLE);
	return error == -EINVAL ? 0 : error;
}

/* At most an eighth of what the process may lock: the rest is the program's. */
static size_t lockable_len(size_t wanted_len, size_t page_len)
{
	struct rlimit limit = { 0, 0 };
	size_t len;

	if (vgr_syscall(SYS_prlimit64, 0, RLIMIT_MEMLOCK, 0, (long)&limit, 0, 0))
		return 0;
	if (limit.rlim_cur == RLIM_INFINITY)
		return wanted_len;
	len = vgr_min(limit.rlim_cur / 8, SIZE_MAX / 2);
	len -= vgr_min(len, __atomic_load_n(&locked_len, __ATOMIC_RELAXED));
	return vgr_min(wanted_len, len - len % page_len);
}

void vgr_pages_guard(const struct vgr_pages *pages)
{
	size_t end;

	/* Where the mapping itself ends there is no access anyway. */
	for (end = VGR_GROUP_LEN; end < pages->len; end += VGR_GROUP_LEN)
		if (advise(pages->base + end - pages->page_len, pages->page_len,
			   MADV_GUARD_INSTALL))
			return;		/* an older kernel: the page stays unused */
}

static int map_inside(struct vgr_pages *pages, enum vgr_memory kind)
{
	bool is_droppable = kind == VGR_MEMORY_DROPPABLE;
	long mapped;
	int error;

	mapped = map((uintptr_t)pages->base, pages->len, PROT_READ | PROT_WRITE,
		     MAP_FIXED | (is_droppable ? MAP_DROPPABLE : MAP_PRIVATE));
	if (is_error(mapped))
		return (int)mapped;

	/* Pressure takes a huge page whole; -EINVAL: a kernel without them. */
	advise(pages->base, pages->len, MADV_NOHUGEPAGE);
	if (is_droppable) {
		vgr_pages_guard(pages);
		return 0;
	}
	error = make_forgetful(pages->base, pages->len);
	if (error)
		return error;
	vgr_pages_guard(pages);
	error = lock(pages->base, pages->len);
	if (!error)
		__atomic_fetch_add(&locked_len, pages->len, __ATOMIC_RELAXED);
	return error;
}

static void unmap(struct vgr_pages *pages)
{
	vgr_syscall(SYS_munmap, (long)(pages->base - pages->page_len),
		    (long)(pages->len + 2 * pages->page_len), 0, 0, 0, 0);
	pages->base = NULL;
}

static int map_as(enum vgr_memory kind, struct vgr_pages *pages,
		  size_t wanted_len)
{
	size_t page_len = getauxval(AT_PAGESZ);
	size_t len = (wanted_len + VGR_GROUP_LEN - 1) / VGR_GROUP_LEN *
		     VGR_GROUP_LEN;
	long around;
	int error;

	if (kind == VGR_MEMORY_NONE)
		return -ENOTSUP;
	if (kind == VGR_MEMORY_LOCKED)
		len = lockable_len(len, page_len);
	if (!len)
		return -EPERM;

	/* The page at either end stays without access, in a fork child too. */
	around = map(0, len + 2 * page_len, PROT_NONE,
		     MAP_PRIVATE | MAP_NORESERVE);
	if (is_error(around))
		return (int)around;

	pages->base = (uint8_t *)around + page_len;
	pages->len = len;
	pages->page_len = page_len;
	error = map_inside(pages, kind);
	if (error)
		unmap(pages);
	return error;
}

int vgr_pages_map(struct vgr_pages *pages, size_t wanted_len)
{
	return map_as(memory, pages, wanted_len);
}

void vgr_pages_unmap(struct vgr_pages *pages)
{
	if (memory == VGR_MEMORY_LOCKED)
		__atomic_fetch_sub(&locked_len, pages->len, __ATOMIC_RELAXED);
	unmap(pages);
}

int vgr_pages_drop(const struct vgr_pages *pages)
{
	return advise(pages->base, pages->len,
		      memory == VGR_MEMORY_LOCKED ? MADV_DONTNEED_LOCKED :
						    MADV_DONTNEED);
}

int vgr_pages_relock(const struct vgr_pages *pages)
{
	return memory == VGR_MEMORY_LOCKED ? lock(pages->base, pages->len) : 0;
}

static const char *explain_droppable(int error)
{
	switch (error) {
	case -EINVAL:
		return "no MAP_DROPPABLE in this kernel (Linux 6.11 and newer have it)";
	case -EOPNOTSUPP:
	case -524:		/* ENOTSUPP, the kernel's own */
		return "no MAP_DROPPABLE in a 32-bit kernel";
	case -ENOMEM:
		return "no memory, or RLIMIT_AS, for a droppable mapping";
	case -EPERM:
	case -EACCES:
		return "a droppable mapping was refused (seccomp?)";
	default:
		return "a droppable mapping failed";
	}
}

static const char *explain_locked(int error)
{
	switch (error) {
	case -ENOTSUP:
		return "no MAP_DROPPABLE, and this kernel's madvise cannot be believed (qemu-user?)";
	case -EPERM:
		return "no MAP_DROPPABLE, and RLIMIT_MEMLOCK is too low to lock memory";
	case -EINVAL:
		return "no MAP_DROPPABLE, and no MADV_WIPEONFORK (Linux 4.14 and newer have it)";
	default:
		return "no MAP_DROPPABLE, and no memory that is locked and wiped on fork";
	}
}

int vgr_pages_init(struct vgr_pages *first, size_t wanted_len,
		   const char *forced)
{
	int error = -ENOTSUP;

	why_not = NULL;
	if (forced && !strcmp(forced, "none")) {
		why_not = "VGETRANDOM_MEMORY=none";
		return error;
	}

	if (forced && !strcmp(forced, "locked")) {
		why_not = "VGETRANDOM_MEMORY=locked";
	} else {
		error = map_as(VGR_MEMORY_DROPPABLE, first, wanted_len);
		if (!error) {
			memory = VGR_MEMORY_DROPPABLE;
			return 0;
		}
		why_not = explain_droppable(error);
		if (forced)
			return error;
	}

	error = map_as(VGR_MEMORY_LOCKED, first, wanted_len);
	if (!error)
		memory = VGR_MEMORY_LOCKED;
	else
		why_not = explain_locked(error);
	return error;
}

enum vgr_memory vgr_pages_memory(void)
{
	return memory;
}

const char *vgr_pages_why_not(void)
{
	return why_not;
}
