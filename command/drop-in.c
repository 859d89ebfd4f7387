/* SPDX-License-Identifier: MIT */
/*
 * drop-in.c - finds the preloaded library: beside us in the build folder, or
 * where both were installed to, also below another root (DESTDIR).
 */
#include "command.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NAME		"libvgetrandom-preload.so"

static char found[PATH_MAX];

static const char *if_readable(int path_len)
{
	if (path_len < 0 || (size_t)path_len >= sizeof(found) ||
	    access(found, R_OK))
		return NULL;
	return found;
}

/* The folder that this program is in, without a slash at its end; 0 or -1. */
static int own_folder(char folder[PATH_MAX])
{
	ssize_t len = readlink("/proc/self/exe", folder, PATH_MAX - 1);
	char *slash;

	if (len < 0)
		return -1;
	folder[len] = '\0';
	slash = strrchr(folder, '/');
	if (!slash)
		return -1;
	*slash = '\0';
	return 0;
}

/* Cuts the installation's bindir off the folder's end: a root is left. */
static int cut_bindir(char *folder)
{
	size_t len = strlen(folder), tail = strlen(BINDIR);

	if (len < tail || strcmp(folder + len - tail, BINDIR))
		return -1;
	folder[len - tail] = '\0';
	return 0;
}

const char *vgr_command_drop_in(void)
{
	char folder[PATH_MAX];
	const char *path;

	if (!own_folder(folder)) {
		path = if_readable(snprintf(found, sizeof(found),
					    "%s/.libs/" NAME, folder));
		if (path)
			return path;
		if (!cut_bindir(folder)) {
			path = if_readable(snprintf(found, sizeof(found), "%s"
						    PKGLIBDIR "/" NAME, folder));
			if (path)
				return path;
		}
	}
	return if_readable(snprintf(found, sizeof(found), PKGLIBDIR "/" NAME));
}
