/* SPDX-License-Identifier: MIT */
/*
 * road.c - which of the library's two roads a tool's calls take; see road.h.
 */
#include "road.h"

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "restart.h"

static bool is_section;

#ifdef VGR_CAN_RESTART

#include "chacha20.h"
#include "section.h"

/* As struct rseq begins: a processor's number, and the address of a section. */
static __thread struct {
	uint32_t cpu_id_start;
	int32_t cpu_id;
	uint64_t section;
} unwatched;

static void set_road(void)
{
	uintptr_t thread;

	__asm__("movq %%fs:0, %0" : "=r"(thread));
	if (is_section && !vgr_chacha20_section)
		skip("this ChaCha20 core is no restartable one");
	vgr_restart_field = !is_section ? 0 :
			    (ptrdiff_t)((uintptr_t)&unwatched.section - thread);
}

bool road_is_stuck(void)
{
	return unwatched.section;
}

void road_is_free_again(void)
{
	unwatched.section = 0;
}

#else

static void set_road(void)
{
	if (is_section)
		skip("there are no restartable sequences here");
}

bool road_is_stuck(void)
{
	return false;
}

void road_is_free_again(void)
{
}

#endif

void road_choose(const char *name)
{
	is_section = !strcmp(name, "section");
	if (!is_section && strcmp(name, "door"))
		hard_error("no road \"%s\": door or section", name);
	set_road();
	printf("road %s\n", name);
}

bool road_has_shape(const struct shape *shape)
{
	return !is_section || (shape->start != START_BUSY &&
			       shape->start != START_DEAD);
}

bool road_has_meeting(const struct subject *subject, bool is_nested)
{
	return !is_section || is_nested || subject == &subject_opaque;
}

bool road_has_fault(const struct fault *fault)
{
	return !is_section || strcmp(fault->name, "swapexit") != 0;
}
