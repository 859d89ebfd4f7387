/* SPDX-License-Identifier: MIT */
/*
 * pages.h - memory for keys: one droppable mapping, or its nearest kin on
 * older kernels.
 */
#ifndef VGR_PAGES_H
#define VGR_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vgr_memory {
	VGR_MEMORY_NONE,	/* no keys: every request is a system call */
	VGR_MEMORY_DROPPABLE,	/* the kernel drops it, never writes it out */
	VGR_MEMORY_LOCKED,	/* private: locked, wiped on fork, not dumped */
};

/*
 * Pages come in groups of this length; the last page of each is never used, and
 * inaccessible where the kernel grants it.  A mapping may end in a shorter group
 * without.
 *
 * Long, since each guard is a system call of a process's start: they can't wait
 * for a group's first thread, which may be in a sandbox by then.
 */
#define VGR_GROUP_LEN		(1024 * 1024)

struct vgr_pages {
	uint8_t *base;		/* first byte; the page before it is inaccessible */
	size_t len;		/* whole pages; ditto the page after it */
	size_t page_len;
};

/*
 * Decides which memory there is by mapping the first of it: the best kind, or
 * the one forced ("droppable", "locked", "none").  Called once.  Returns as
 * vgr_pages_map.
 */
int vgr_pages_init(struct vgr_pages *first, size_t wanted_len,
		   const char *forced);

enum vgr_memory vgr_pages_memory(void);

/* Why it is not a better one; NULL if it is the best. */
const char *vgr_pages_why_not(void);

/*
 * Maps about wanted_len bytes, zeroed.  Returns 0, or -errno with nothing
 * mapped.  Never unmapped once handed out.
 */
int vgr_pages_map(struct vgr_pages *pages, size_t wanted_len);

/* Gives back what nobody has used yet. */
void vgr_pages_unmap(struct vgr_pages *pages);

/* All bytes turn to zero in one system call; 0 or -errno. */
int vgr_pages_drop(const struct vgr_pages *pages);

/*
 * In a fork child the pages are zero, and a lock does not survive: locks them
 * again.  0 or -errno.
 */
int vgr_pages_relock(const struct vgr_pages *pages);

/* Guards inside the mapping do not survive a fork either; best effort. */
void vgr_pages_guard(const struct vgr_pages *pages);

#endif
