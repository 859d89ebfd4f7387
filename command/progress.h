/* SPDX-License-Identifier: MIT */
/*
 * progress.h - how far a long job is, for someone who watches a terminal.
 */
#ifndef VGR_PROGRESS_H
#define VGR_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct vgr_progress {
	bool is_shown;		/* stderr is a terminal, output is not */
	bool has_line;		/* something is written on it */
	uint64_t total;		/* bytes; UINT64_MAX: no end */
	double started, next;	/* seconds */
};

void vgr_progress_start(struct vgr_progress *progress, uint64_t total,
			int output);

/* Cheap enough to be called for each piece: writes a few times a second. */
void vgr_progress_update(struct vgr_progress *progress, uint64_t done);

/* Replaces the line by one that stays; nothing if the job was short. */
void vgr_progress_end(struct vgr_progress *progress, uint64_t done);

#endif
