/* SPDX-License-Identifier: MIT */
/*
 * subject-opaque.c - vgetrandom_opaque() as a subject: a state of the caller's.
 */
#include "subject.h"

#include <string.h>

#include "check.h"
#include "state.h"
#include "vgetrandom.h"

static struct vgr_state *opaque;

static const void *opaque_entry(void)
{
	return (const void *)(uintptr_t)vgetrandom_opaque;
}

static ssize_t opaque_call(void *buf, size_t len)
{
	if (!opaque)
		return 0;
	return vgetrandom_opaque(buf, len, 0, opaque, sizeof(*opaque));
}

static bool opaque_begin(const struct shape *shape)
{
	struct vgetrandom_opaque_params params;
	uint8_t byte;

	if (!subject_fits_one_state(shape))
		return false;
	if (!opaque) {
		if (vgetrandom_opaque(NULL, 0, 0, &params, ~0ul))
			return false;
		opaque = subject_map_page(params.mmap_flags);
	}
	memset(opaque, 0, sizeof(*opaque));
	if (opaque_call(&byte, 1) != 1)
		hard_error("no key");
	memset(opaque->batch, 0, sizeof(opaque->batch));
	opaque->cursor = VGR_BATCH_LEN;
	if (opaque_call(&byte, 1) != 1)
		hard_error("no batch");
	opaque->cursor = subject_position(shape, VGR_BATCH_LEN);
	if (!opaque->cursor)
		opaque->cursor = 1;
	if (shape->start == START_STALE)
		opaque->stamp[VGR_SOURCE_REQUESTS] = -1ull;
	return true;
}

static uint8_t *opaque_state(void)
{
	return opaque->line;
}

static bool opaque_foretell(void *buf, size_t len)
{
	struct vgr_slot slot = { .cursor = opaque->cursor };

	return subject_foretell_from(&slot, opaque, buf, len);
}

const struct subject subject_opaque = {
	"vgetrandom_opaque", true, false, opaque_entry, opaque_call,
	subject_fits_one_state, opaque_begin, subject_nothing, opaque_state,
	VGR_STATE_LEN, 0, VGR_NSOURCES, opaque_foretell,
};
