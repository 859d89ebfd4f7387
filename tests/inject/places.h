/* SPDX-License-Identifier: MIT */
/*
 * places.h - which instructions of this program a fault has stood before: a
 * byte each, in the file that INJECT_PLACES names, for tests/inject/run.
 */
#ifndef INJECT_PLACES_H
#define INJECT_PLACES_H

#include <stdint.h>

/* Once in a process; nothing where no file is named. */
void places_init(void);

void places_note(uintptr_t at);

#endif
