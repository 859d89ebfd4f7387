/* SPDX-License-Identifier: MIT */
/*
 * library.c - the library's own life: its start, what a fork means to it, the
 * events a program reports, and what it says of itself.
 */
#include "vgetrandom.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "api.h"
#include "arenas.h"
#include "base.h"
#include "chacha20.h"
#include "entropy.h"
#include "generation.h"
#include "generator.h"
#include "host.h"
#include "impl.h"
#include "pages.h"
#include "pool.h"
#include "restart.h"
#include "syscall.h"
#include "thread.h"

static const char *why_not = "the library has not started yet";
static const char *ignored_setting;
static const char *restart_why = "the library has not started yet";
static const struct vgr_chacha20_impl *core;

/* ---- Start --------------------------------------------------------------- */

/* The setting if it is one of the words (the list ends with NULL). */
static const char *setting_among(const char *name, const char *const *words)
{
	const char *value = vgr_host_setting(name);

	if (!value || !*value)
		return NULL;
	for (; *words; words++)
		if (!strcmp(value, *words))
			return value;
	ignored_setting = name;
	return NULL;
}

/* On unless it is empty, "0" or "no". */
static bool is_set(const char *name)
{
	const char *value = vgr_host_setting(name);

	return value && *value && strcmp(value, "0") && strcmp(value, "no");
}

/* "0" or "no". */
static bool is_refused(const char *name)
{
	const char *value = vgr_host_setting(name);

	return value && *value && !is_set(name);
}

static void choose_core(void)
{
	/* Published keystream, so no secret; too large for the stack. */
	static uint8_t scratch[VGR_CHACHA20_SCRATCH];
	const char *name = vgr_host_setting("VGETRANDOM_CORE");

	if (name && !*name)
		name = NULL;
	core = vgr_chacha20_choose(name, scratch);
	if (name && (!core || strcmp(name, core->name)))
		ignored_setting = "VGETRANDOM_CORE";
}

/* NULL, or why requests will be system calls. */
static const char *set_up(void)
{
	static const char *const memories[] = { "droppable", "locked", "none", NULL };
	static const char *const sources[] = { "kernel", "vmclock", "clock", NULL };
	int error;

	if (is_set("VGETRANDOM_DISABLE"))
		return "VGETRANDOM_DISABLE is set";

	vgr_generation_init(setting_among("VGETRANDOM_GENERATION", sources));
	vgr_api_learn_flags();
	error = vgr_arenas_init(setting_among("VGETRANDOM_MEMORY", memories));
	choose_core();
	restart_why = is_refused("VGETRANDOM_RSEQ") ? "VGETRANDOM_RSEQ is 0" :
						      vgr_restart_init();

	if (error)
		return vgr_pages_why_not() ? vgr_pages_why_not() :
					     "no memory for states";
	if (!vgr_generation_live())
		return "nothing says when keys are stale";
	if (!core)
		return "no ChaCha20 core passed its known-answer test";
	return NULL;
}

static const char *memory_name(enum vgr_memory memory)
{
	switch (memory) {
	case VGR_MEMORY_DROPPABLE:
		return "droppable";
	case VGR_MEMORY_LOCKED:
		return "locked";
	default:
		return "none";
	}
}

/* One line to standard error, for VGETRANDOM_VERBOSE. */
static void announce(void)
{
	char line[400] = "libvgetrandom " VGETRANDOM_VERSION_STRING ": ";
	unsigned int live = vgr_generation_live();
	const char *words[9] = { 0 };
	size_t len = strlen(line), n = 0, i;

	if (why_not) {
		words[n++] = "system calls only: ";
		words[n++] = why_not;
	} else {
		words[n++] = "memory ";
		words[n++] = memory_name(vgr_pages_memory());
		words[n++] = ", generation";
		if (live & 1u << VGR_SOURCE_KERNEL)
			words[n++] = " kernel";
		if (live & 1u << VGR_SOURCE_VMCLOCK)
			words[n++] = " vmclock";
		if (live & 1u << VGR_SOURCE_CLOCK)
			words[n++] = " clock";
		words[n++] = ", core ";
		words[n++] = core->name;
	}
	for (i = 0; i < n; i++) {
		size_t room = sizeof(line) - 1 - len;
		size_t word_len = vgr_min(strlen(words[i]), room);

		memcpy(line + len, words[i], word_len);
		len += word_len;
	}
	line[len++] = '\n';
	vgr_syscall(SYS_write, STDERR_FILENO, (long)line, (long)len, 0, 0, 0);
}

void vgr_library_start(const char *host_why_not)
{
	why_not = host_why_not ? host_why_not : set_up();
	if (!why_not)
		vgr_thread_open();
	if (is_set("VGETRANDOM_VERBOSE"))
		announce();
}

/* ---- Events -------------------------------------------------------------- */

void vgr_library_fork_prepare(void)
{
	vgr_pool_fork_prepare();
}

void vgr_library_fork_child(void)
{
	vgr_generation_fork_child();
	vgr_opaque_fork_child();
	vgr_pool_fork_child(vgr_thread_identity(), vgr_thread_slot);

	/*
	 * Only where the child would otherwise do without: a system call here
	 * could be one that a sandbox kills for.
	 */
	if (vgr_pages_memory() == VGR_MEMORY_LOCKED)
		vgr_arenas_repair();
}

int vgetrandom_prepare(void)
{
	struct vgr_entry entry;
	int error;

	if (!vgr_thread_is_open())
		return -ENOTSUP;
	error = vgr_arenas_repair();
	if (error)
		return error;

	entry = vgr_thread_enter_slowly(VGR_FRAME(), NULL);
	if (!entry.slot)		/* busy: a handler interrupted this thread's call */
		return vgr_thread_has_slot() ? 0 : -ENOMEM;
	error = vgr_generator_fill(entry.slot, entry.road, NULL, 0);
	vgr_thread_leave_entry(entry);
	return error;
}

void vgetrandom_reseed(void)
{
	vgr_generation_bump();
	vgr_pool_mark_stale();
	vgr_generation_set_quiesced(false);
}

int vgetrandom_quiesce(void)
{
	int error;

	vgr_generation_begin_wipe();
	vgr_generation_set_quiesced(true);
	vgr_generation_bump();
	vgr_pool_mark_stale();
	error = vgr_arenas_drop();
	vgr_generation_end_wipe();
	return error;
}

/* ---- Information --------------------------------------------------------- */

const char *vgetrandom_version(void)
{
	return VGETRANDOM_VERSION_STRING;
}

static unsigned int public_sources(unsigned int live)
{
	return (live & 1u << VGR_SOURCE_KERNEL ?
			VGETRANDOM_GENERATION_KERNEL : 0) |
	       (live & 1u << VGR_SOURCE_VMCLOCK ?
			VGETRANDOM_GENERATION_VMCLOCK : 0) |
	       (live & 1u << VGR_SOURCE_CLOCK ?
			VGETRANDOM_GENERATION_CLOCK : 0);
}

static const char *why_thread_is_not(void)
{
	if (why_not)
		return why_not;
	if (vgr_generation_is_quiesced())
		return "quiesced: vgetrandom_reseed() has not been called yet";
	if (!vgr_generation_live())
		return "nothing says when keys are stale";
	if (vgr_generation_is_settling())
		return "VMClock told of a clone: the kernel may not have reseeded yet";
	if (vgr_thread_slot && !vgr_thread_has_slot())
		return "no state for this thread";
	if (!vgr_arenas_may_hold_key(vgr_thread_slot))
		return "the memory for keys is not locked in this child: vgetrandom_prepare() says why";
	return NULL;
}

static const char *why_not_restartable(void)
{
	if (restart_why)
		return restart_why;
	if (why_thread_is_not())
		return why_thread_is_not();
	return vgr_restart_is_registered() ? NULL :
	       "this thread is not registered with the kernel (rseq)";
}

/* Of version 0.1, whatever is added behind it later. */
#define FIRST_INFO_LEN	(offsetof(struct vgetrandom_info, system_calls) + \
			 sizeof(uint64_t))

int vgetrandom_info(struct vgetrandom_info *info)
{
	struct vgetrandom_info full = { .size = info->size };
	struct vgr_pool_counts counts;

	if (info->size < FIRST_INFO_LEN)
		return -EINVAL;

	vgr_pool_count(&counts);
	full.version = VGETRANDOM_VERSION_STRING;
	full.why_not = why_thread_is_not();
	full.is_active = !full.why_not;
	full.memory = (enum vgetrandom_memory)vgr_pages_memory();
	full.memory_why = vgr_pages_why_not();
	full.generation = public_sources(vgr_generation_live());
	full.kernel_word_why = vgr_generation_why_not(VGR_SOURCE_KERNEL);
	full.vmclock_why = vgr_generation_why_not(VGR_SOURCE_VMCLOCK);
	full.clock_why = vgr_generation_why_not(VGR_SOURCE_CLOCK);
	full.core = core ? core->name : NULL;
	full.ignored = ignored_setting;
	full.slots = counts.ntaken;
	full.slots_mapped = counts.nslots;
	full.kernel_keys = counts.nkernel_keys;
	full.refills = counts.nrefills;
	full.restarts = counts.nrestarts;
	full.system_calls = vgr_entropy_nrequests();
	full.restartable_why = why_not_restartable();
	full.is_restartable = !full.restartable_why;

	memcpy(info, &full, vgr_min(info->size, sizeof(full)));
	return 0;
}
