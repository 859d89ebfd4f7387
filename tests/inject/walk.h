/* SPDX-License-Identifier: MIT */
/*
 * walk.h - the path of a call that nothing happens to.
 */
#ifndef INJECT_WALK_H
#define INJECT_WALK_H

#include "reach.h"
#include "subject.h"

/* false: the subject has no such shape. */
bool walk_record(struct path *path, const struct subject *subject,
		 const struct shape *shape);

#endif
