/* SPDX-License-Identifier: MIT */
/*
 * subject-calls.c - the calls beside vgetrandom() as subjects: integers, the
 * call that cannot fail, and the one that prepares.
 *
 * What else a run draws, it draws by vgetrandom(): told apart by the length.
 */
#include "subject.h"

#include <string.h>

#include "state.h"
#include "vgetrandom.h"

static bool begin(const struct shape *shape)
{
	return subject_library.begin(shape);
}

static void end(void)
{
	subject_library.end();
}

static uint8_t *state(void)
{
	return subject_library.state();
}

static bool foretell(void *buf, size_t len)
{
	return subject_library.foretell(buf, len);
}

/* A dead call's frame would have to be where theirs is. */
static bool has_integer_shape(const struct shape *shape)
{
	return shape->len == sizeof(uint64_t) && shape->start != START_DEAD;
}

/* ---- vgetrandom_u64() ------------------------------------------------------- */

static const void *u64_entry(void)
{
	return (const void *)(uintptr_t)vgetrandom_u64;
}

static ssize_t u64_call(void *buf, size_t len)
{
	uint64_t value;

	if (len != sizeof(value))
		return vgetrandom(buf, len, 0);
	value = vgetrandom_u64();
	memcpy(buf, &value, sizeof(value));
	return sizeof(value);
}

const struct subject subject_u64 = {
	"vgetrandom_u64", true, true, u64_entry, u64_call,
	has_integer_shape, begin, end, state,
	VGR_STATE_LEN, 0, VGR_NSOURCES, foretell,
};

/* ---- vgetrandom_u32() ------------------------------------------------------- */

static const void *u32_entry(void)
{
	return (const void *)(uintptr_t)vgetrandom_u32;
}

/* Two: one alone is too short to be known again. */
static ssize_t u32_call(void *buf, size_t len)
{
	uint32_t values[2];

	if (len != sizeof(values))
		return vgetrandom(buf, len, 0);
	values[0] = vgetrandom_u32();
	values[1] = vgetrandom_u32();
	memcpy(buf, values, sizeof(values));
	return values[0] && values[1] ? (ssize_t)sizeof(values) : 0;
}

const struct subject subject_u32 = {
	"vgetrandom_u32", true, true, u32_entry, u32_call,
	has_integer_shape, begin, end, state,
	VGR_STATE_LEN, 0, VGR_NSOURCES, foretell,
};

/* ---- vgetrandom_buf() ------------------------------------------------------- */

static const void *buf_entry(void)
{
	return (const void *)(uintptr_t)vgetrandom_buf;
}

static ssize_t buf_call(void *buf, size_t len)
{
	if (len != sizeof(uint64_t))
		return vgetrandom(buf, len, 0);
	vgetrandom_buf(buf, len);
	return (ssize_t)len;
}

const struct subject subject_buf = {
	"vgetrandom_buf", true, true, buf_entry, buf_call,
	has_integer_shape, begin, end, state,
	VGR_STATE_LEN, 0, VGR_NSOURCES, foretell,
};

/* ---- vgetrandom_prepare() --------------------------------------------------- */

/* Told apart from what is drawn otherwise. */
#define PREPARED_LEN	16

static bool has_prepared_shape(const struct shape *shape)
{
	return shape->len == PREPARED_LEN;
}

static const void *prepare_entry(void)
{
	return (const void *)(uintptr_t)vgetrandom_prepare;
}

/* It may fail, quiesced; the request may not. */
static ssize_t prepare_call(void *buf, size_t len)
{
	if (len == PREPARED_LEN)
		vgetrandom_prepare();
	return vgetrandom(buf, len, 0);
}

const struct subject subject_prepare = {
	"vgetrandom_prepare", true, true, prepare_entry, prepare_call,
	has_prepared_shape, begin, end, state,
	VGR_STATE_LEN, 0, VGR_NSOURCES, subject_foretell_nothing,
};

/* ---- vgetrandom_reseed() ---------------------------------------------------- */

static const void *reseed_entry(void)
{
	return (const void *)(uintptr_t)vgetrandom_reseed;
}

static ssize_t reseed_call(void *buf, size_t len)
{
	if (len == PREPARED_LEN)
		vgetrandom_reseed();
	return vgetrandom(buf, len, 0);
}

const struct subject subject_reseed = {
	"vgetrandom_reseed", true, true, reseed_entry, reseed_call,
	has_prepared_shape, begin, end, state,
	VGR_STATE_LEN, 0, VGR_NSOURCES, subject_foretell_nothing,
};
