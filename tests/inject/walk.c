/* SPDX-License-Identifier: MIT */
/*
 * walk.c - the path of a call that nothing happens to; see walk.h.
 */
#include "walk.h"

#include "generation.h"
#include "run.h"

#define MAX_AGAIN	20		/* the kernel reseeded by itself */

static const struct subject *subject;
static const struct shape *shape;
static struct path *path;
static bool is_recorded;
static uint8_t buf[MAX_LEN];

static void call_plainly(void)
{
	subject->call(buf, shape->len);
}

static void *record(void *unused)
{
	(void)unused;
	if (!subject->begin(shape))
		return NULL;
	reach_record(path, subject->entry(), call_plainly);
	return NULL;
}

static uint8_t *stamps(void)
{
	uint8_t *state = subject->state();

	return state ? state + subject->stamps : NULL;
}

static void *record_looks(void *unused)
{
	(void)unused;
	subject->begin(shape);
	is_recorded = reach_record_looks(path, subject->entry(), call_plainly,
					 stamps, subject->nstamps);
	return NULL;
}

static void in_right_thread(void *(*body)(void *))
{
	if (run_needs_thread(subject, shape))
		run_in_thread(body);
	else
		body(NULL);
	subject->end();
}

bool walk_record(struct path *wanted_path, const struct subject *its_subject,
		 const struct shape *its_shape)
{
	uint64_t word;
	int again;

	path = wanted_path;
	subject = its_subject;
	shape = its_shape;
	is_recorded = false;
	for (again = 0; again < MAX_AGAIN && !is_recorded; again++) {
		path->len = 0;
		word = *vgr_generation_word;
		in_right_thread(record);
		if (!path->len)
			return false;
		in_right_thread(record_looks);
		/* The kernel reseeded by itself: both went another way. */
		if (*vgr_generation_word != word)
			is_recorded = false;
	}
	return is_recorded;
}
