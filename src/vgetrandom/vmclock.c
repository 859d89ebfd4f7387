/* SPDX-License-Identifier: MIT */
/*
 * vmclock.c - maps the VMClock page (include/uapi/linux/vmclock-abi.h) and
 * reads its vm_generation_counter.
 *
 * Mapped, not read: the counter must be seen at once, and a read(2) per
 * request would cost what the request itself does.
 */
#include "vmclock.h"

#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "syscall.h"

/*
 * The page as the ABI has it, fields in between left out by offset: older
 * headers do not know the counter, which came in 2026 with flag bit 8.
 */
#define MAGIC		0x4b4c4356u	/* "VCLK" */
#define MAGIC_AT	0
#define SIZE_AT		4		/* u32 bytes of the whole structure */
#define FLAGS_AT	24		/* u64 */
#define FLAG_GENERATION	(1ull << 8)
#define GENERATION_AT	104		/* u64 vm_generation_counter */

static const volatile uint8_t *page;

static uint64_t u64_at(const volatile uint8_t *where, size_t at)
{
	return __atomic_load_n((const volatile uint64_t *)(where + at),
			       __ATOMIC_ACQUIRE);
}

static uint32_t u32_at(const volatile uint8_t *where, size_t at)
{
	return __atomic_load_n((const volatile uint32_t *)(where + at),
			       __ATOMIC_ACQUIRE);
}

const char *vgr_vmclock_init(const char *path)
{
	long fd, mapped;

	page = NULL;
	fd = vgr_syscall(SYS_openat, AT_FDCWD, (long)path,
			 O_RDONLY | O_CLOEXEC, 0, 0, 0);
	if (fd < 0)
		return "no /dev/vmclock0 that can be opened";
	mapped = vgr_mmap(NULL, 4096, PROT_READ, MAP_SHARED, (int)fd);
	vgr_syscall(SYS_close, fd, 0, 0, 0, 0, 0);
	if (mapped < 0 && mapped > -4096)
		return "/dev/vmclock0 cannot be mapped";

	page = (const volatile uint8_t *)mapped;
	if (u32_at(page, MAGIC_AT) == MAGIC &&
	    u32_at(page, SIZE_AT) >= GENERATION_AT + 8 &&
	    u64_at(page, FLAGS_AT) & FLAG_GENERATION)
		return NULL;

	page = NULL;
	vgr_syscall(SYS_munmap, mapped, 4096, 0, 0, 0, 0);
	return "/dev/vmclock0 has no vm_generation_counter";
}

uint64_t vgr_vmclock_now(void)
{
	return page ? u64_at(page, GENERATION_AT) + 1 : 0;
}
