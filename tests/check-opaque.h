/* SPDX-License-Identifier: MIT */
/*
 * check-opaque.h - memory for the states that a caller keeps, made as a
 * language runtime would make it.
 */
#ifndef CHECK_OPAQUE_H
#define CHECK_OPAQUE_H

#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "state.h"
#include "vgetrandom.h"

#define OPAQUE_STATE_LEN	VGR_STATE_LEN

/* What a state is; the test is skipped where there are none. */
static inline struct vgetrandom_opaque_params opaque_params(void)
{
	struct vgetrandom_opaque_params params;
	ssize_t answer = vgetrandom_opaque(NULL, 0, 0, &params, ~0ul);

	if (answer == -ENOSYS)
		skip("no states of the caller's without MAP_DROPPABLE");
	check_eq(answer, 0);
	return params;
}

/*
 * n states side by side at the start of a mapping whose end is a page that
 * nobody may touch.
 */
static inline uint8_t *opaque_states(size_t n)
{
	struct vgetrandom_opaque_params params = opaque_params();
	size_t page_len = (size_t)sysconf(_SC_PAGESIZE);
	size_t per_page = page_len / params.size_of_opaque_state;
	size_t len = (n + per_page - 1) / per_page * page_len;
	uint8_t *states, *around;

	around = mmap(NULL, len + page_len, PROT_NONE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (around == MAP_FAILED)
		hard_error("no memory");
	states = mmap(around, len, (int)params.mmap_prot,
		      (int)params.mmap_flags | MAP_FIXED, -1, 0);
	if (states == MAP_FAILED)
		hard_error("the memory that was asked for is not to be had");
	return states;
}

static inline uint8_t *opaque_one(void)
{
	return opaque_states(1);
}

static inline void opaque_draw(uint8_t *state, void *to, size_t len)
{
	check_eq(vgetrandom_opaque(to, len, 0, state, OPAQUE_STATE_LEN), len);
}

#endif
