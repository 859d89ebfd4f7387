/* SPDX-License-Identifier: MIT */
/*
 * places.c - which instructions a fault has stood before; see places.h.
 *
 * The file is mapped and shared, so that no process, however it ends, takes
 * with it what it has seen.
 */
#include "places.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

extern const char __executable_start[], etext[];

static uint8_t *is_place;

void places_init(void)
{
	const char *name = getenv("INJECT_PLACES");
	size_t len = (size_t)(etext - __executable_start);
	void *mapped;
	int file;

	if (is_place || !name)
		return;
	file = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (file < 0 || ftruncate(file, (off_t)len))
		hard_error("no file \"%s\"", name);
	mapped = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (mapped == MAP_FAILED)
		hard_error("no memory");
	close(file);
	is_place = mapped;
}

void places_note(uintptr_t at)
{
	uintptr_t offset = at - (uintptr_t)__executable_start;

	if (is_place && offset < (uintptr_t)(etext - __executable_start))
		is_place[offset] = 1;
}
