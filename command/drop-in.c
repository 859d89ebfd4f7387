/* SPDX-License-Identifier: MIT */
/*
 * drop-in.c - finds the preloaded library: beside us in the build folder, or
 * where both were installed to, also below another root (DESTDIR).
 *
 * Other machines' drop-ins may be installed beside ours: for i386 beside x86_64,
 * say.  One name leads each program to its own then, by ld.so(8)'s $LIB:
 *
 *	/usr/lib/x86_64-linux-gnu/libvgetrandom/libvgetrandom-preload.so
 *	/usr/lib64/libvgetrandom/libvgetrandom-preload.so
 *	/usr/$LIB/libvgetrandom/libvgetrandom-preload.so
 */
#include "command.h"

#include <dirent.h>
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME		"libvgetrandom-preload.so"
#define INSTALLED	"/libvgetrandom/" NAME	/* below each libdir */

static char found[PATH_MAX], found_by_lib[PATH_MAX];

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

/* ---- For other machines -------------------------------------------------- */

/* The path's length without its last components. */
static int len_without(const char *path, int ncomponents)
{
	size_t len = strlen(path);

	while (ncomponents--)
		while (len && path[--len] != '/')
			;
	return (int)len;
}

static bool is_installed(const char *path)
{
	size_t len = strlen(path), tail = strlen(INSTALLED);

	return len > tail && !strcmp(path + len - tail, INSTALLED);
}

bool vgr_command_any_drop_in(bool (*is_it)(const char *path, const void *what),
			     const void *what)
{
	const char *ours = vgr_command_drop_in();
	char path[PATH_MAX];
	struct dirent *libdir;
	bool is_any = false;
	int len, parent_len;
	DIR *parent;

	if (!ours || !is_installed(ours))
		return ours && is_it(ours, what);

	parent_len = len_without(ours, 3);
	snprintf(path, sizeof(path), "%.*s/", parent_len, ours);
	parent = opendir(path);
	if (!parent)
		return is_it(ours, what);
	while (!is_any && (libdir = readdir(parent))) {
		if (libdir->d_name[0] == '.')
			continue;
		len = snprintf(path, sizeof(path), "%.*s/%s" INSTALLED,
			       parent_len, ours, libdir->d_name);
		if ((size_t)len < sizeof(path) && !access(path, R_OK))
			is_any = is_it(path, what);
	}
	closedir(parent);
	return is_any;
}

/* lib64 may be a link to lib. */
static bool is_other_file(const char *path, const void *ours)
{
	struct stat first, second;

	return !stat(path, &first) && !stat(ours, &second) &&
	       (first.st_dev != second.st_dev || first.st_ino != second.st_ino);
}

static bool is_loaded(const char *path)
{
	void *library = dlopen(path, RTLD_LAZY | RTLD_NOLOAD);

	if (library)
		dlclose(library);
	return library != NULL;
}

/*
 * Whether our own dynamic linker's $LIB is the folder, which nobody tells but
 * the linker: it finds the libc that is loaded under either name.
 */
static bool is_lib(const char *folder, int len)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%.*s/libc.so.6", len, folder);
	return is_loaded("/$LIB/libc.so.6") && is_loaded(path);
}

const char *vgr_command_preload_name(void)
{
	const char *path = vgr_command_drop_in();
	int ncomponents, len, libdir_len;

	if (!path || !vgr_command_any_drop_in(is_other_file, path))
		return path;
	libdir_len = len_without(path, 2);
	/* "/lib64" on some systems, "/lib/TRIPLET" on others. */
	for (ncomponents = 3; ncomponents <= 4; ncomponents++) {
		len = len_without(path, ncomponents);
		if (!is_lib(path + len, libdir_len - len))
			continue;
		len = snprintf(found_by_lib, sizeof(found_by_lib),
			       "%.*s/$LIB" INSTALLED, len, path);
		if ((size_t)len < sizeof(found_by_lib))
			return found_by_lib;
	}
	return path;
}
