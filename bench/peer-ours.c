/* SPDX-License-Identifier: MIT */
/*
 * peer-ours.c - this library, as a program that is linked with it calls it.
 */
#include "peers.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vgetrandom.h"

#define NAME "libvgetrandom.so.0"

static __typeof__(vgetrandom) *ours;

/* Beside the command in the build folder, or where both were installed. */
const char *bench_ours_path(void)
{
	static char path[PATH_MAX + 64];
	ssize_t len = readlink("/proc/self/exe", path, PATH_MAX - 1);
	char *end;

	if (len < 0)
		return NULL;
	path[len] = '\0';
	end = strrchr(path, '/');
	strcpy(end, "/.libs/" NAME);
	if (!access(path, R_OK))
		return path;
	strcpy(path, LIBDIR "/" NAME);
	return access(path, R_OK) ? NULL : path;
}

int bench_ours_open(void *library, char note[BENCH_NOTE_LEN])
{
	struct vgetrandom_info info = { .size = sizeof(info) };
	const char *wanted = getenv("VGETRANDOM_CORE");
	__typeof__(vgetrandom_info) *ask;

	if (!bench_find(library, "vgetrandom", &ours) ||
	    !bench_find(library, "vgetrandom_info", &ask)) {
		snprintf(note, BENCH_NOTE_LEN, "has no vgetrandom");
		return -1;
	}
	ask(&info);
	if (wanted && *wanted && (!info.core || strcmp(info.core, wanted))) {
		snprintf(note, BENCH_NOTE_LEN, "%s",
			 info.core ? "this machine does not run that core" :
			 info.why_not ? info.why_not : "no core at all");
		return -1;
	}
	snprintf(note, BENCH_NOTE_LEN, "%s, core %s, memory %s%s%s%s%s%s",
		 info.version, info.core ? info.core : "none",
		 info.memory == VGETRANDOM_MEMORY_DROPPABLE ? "droppable" :
		 info.memory == VGETRANDOM_MEMORY_LOCKED ? "locked" : "none",
		 info.generation & VGETRANDOM_GENERATION_KERNEL ?
			", kernel's word" : "",
		 info.generation & VGETRANDOM_GENERATION_VMCLOCK ?
			", VMClock" : "",
		 info.generation & VGETRANDOM_GENERATION_CLOCK ?
			", clock" : "",
		 info.is_active ? "" : "; SYSTEM CALLS ONLY: ",
		 info.why_not ? info.why_not : "");
	return 0;
}

unsigned long bench_ours_repeat(void *buf, size_t len, unsigned long calls)
{
	unsigned long nfailed = 0;

	while (calls--)
		nfailed += ours(buf, len, 0) != (ssize_t)len;
	return nfailed;
}
