/* SPDX-License-Identifier: MIT */
/*
 * subject-kernel.c - the kernel's vDSO as a subject: the same faults, so that
 * its row stands beside ours.
 */
#include "subject.h"

#include <string.h>

#include "check.h"
#include "vdso.h"

#define KERNEL_STATE_LEN	144
#define KERNEL_BATCH_LEN	96
#define KERNEL_STAMP		128
#define KERNEL_POSITION		136

static uint8_t *kernel_page;
static ssize_t (*kernel_getrandom)(void *buf, size_t len, unsigned int flags,
				   void *state, size_t state_len);

static const void *kernel_entry(void)
{
	return (const void *)(uintptr_t)kernel_getrandom;
}

static ssize_t kernel_call(void *buf, size_t len)
{
	return kernel_getrandom(buf, len, 0, kernel_page, KERNEL_STATE_LEN);
}

static bool kernel_begin(const struct shape *shape)
{
	struct { uint32_t len, prot, flags, reserved[13]; } params;
	struct vgr_vdso_function found = vgr_vdso_find("getrandom");
	uint8_t bytes[KERNEL_BATCH_LEN];

	if (!found.code || !subject_fits_one_state(shape))
		return false;
	if (!kernel_page) {
		memcpy(&kernel_getrandom, &found.code, sizeof(found.code));
		if (kernel_getrandom(NULL, 0, 0, &params, ~0ul) ||
		    params.len != KERNEL_STATE_LEN)
			return false;
		kernel_page = subject_map_page(params.flags);
	}
	memset(kernel_page, 0, KERNEL_STATE_LEN);
	kernel_call(bytes, 1);
	kernel_page[KERNEL_POSITION] =
		(uint8_t)subject_position(shape, KERNEL_BATCH_LEN);
	if (!kernel_page[KERNEL_POSITION])
		kernel_page[KERNEL_POSITION] = 1;
	if (shape->start == START_STALE)
		memset(kernel_page + KERNEL_STAMP, 0xff, 8);
	return true;
}

static uint8_t *kernel_state(void)
{
	return kernel_page;
}

const struct subject subject_kernel = {
	"kernel vDSO", false, false, kernel_entry, kernel_call,
	subject_fits_one_state, kernel_begin, subject_nothing, kernel_state,
	KERNEL_STATE_LEN, KERNEL_STAMP, 1, subject_foretell_nothing,
};
