/* SPDX-License-Identifier: MIT */
/*
 * implementation.c - libvgetrandom in the shape of libsodium's table.
 *
 * Uses nothing of libsodium but that shape, so it works with any version.
 */
#include "vgetrandom-sodium.h"

#include <vgetrandom.h>

static const char *name(void)
{
	return "vgetrandom";
}

/*
 * A library that stirs must not end a quiesce that its program began before a
 * snapshot; and what is served by system calls needs no stirring.
 */
static void stir(void)
{
	struct vgetrandom_info info = { .size = sizeof(info) };

	if (vgetrandom_info(&info) || !info.is_active)
		return;
	vgetrandom_reseed();
	vgetrandom_prepare();
}

static uint32_t uniform(const uint32_t upper_bound)
{
	return vgetrandom_uniform32(upper_bound);
}

static void buf(void * const bytes, const size_t size)
{
	vgetrandom_buf(bytes, size);
}

static int close_nothing(void)
{
	return 0;
}

struct randombytes_implementation vgetrandom_sodium_implementation = {
	.implementation_name = name,
	.random = vgetrandom_u32,
	.stir = stir,
	.uniform = uniform,
	.buf = buf,
	.close = close_nothing,
};
