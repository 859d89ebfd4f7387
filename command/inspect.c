/* SPDX-License-Identifier: MIT */
/*
 * inspect.c - whether LD_PRELOAD can work in a program, from its file alone.
 *
 * Not if no dynamic linker starts it, if there is no drop-in for its machine, or
 * if the program gains privileges: then the kernel sets AT_SECURE and the linker
 * ignores what the environment says.
 */
#include "command.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#define MAX_SCRIPTS	5	/* a script's interpreter may be a script */

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define OUR_DATA	ELFDATA2LSB
#else
#define OUR_DATA	ELFDATA2MSB
#endif

struct elf {
	enum { NO_ELF, STATIC, DYNAMIC } kind;
	unsigned int class, data, machine;
	char linker[PATH_MAX];		/* the dynamic linker it asks for */
};

/* ---- Which file --------------------------------------------------------- */

static bool is_executable(const char *path)
{
	struct stat file;

	return !stat(path, &file) && S_ISREG(file.st_mode) &&
	       !access(path, X_OK);
}

/* As execvp looks for it. */
static bool find(const char *name, char path[PATH_MAX])
{
	const char *folder = getenv("PATH"), *slash;
	size_t len;

	if (strchr(name, '/')) {
		snprintf(path, PATH_MAX, "%s", name);
		return is_executable(path);
	}
	for (folder = folder ? folder : "/bin:/usr/bin"; ; folder += len + 1) {
		len = strcspn(folder, ":");
		slash = len ? "/" : "";		/* empty: the current folder */
		if (snprintf(path, PATH_MAX, "%.*s%s%s", (int)len, folder,
			     slash, name) < PATH_MAX && is_executable(path))
			return true;
		if (!folder[len])
			return false;
	}
}

/*
 * Replaces a script's path by its interpreter's.  "#!/usr/bin/env NAME" stands
 * for NAME.  false: it is no script.
 */
static bool follow_script(char path[PATH_MAX])
{
	char line[256], *interpreter, *argument, *rest, *base;
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (file < 0)
		return false;
	len = read(file, line, sizeof(line) - 1);
	close(file);
	if (len < 2 || memcmp(line, "#!", 2))
		return false;
	line[len] = '\0';
	line[strcspn(line, "\n")] = '\0';

	interpreter = strtok_r(line + 2, " \t", &rest);
	if (!interpreter)
		return false;
	argument = strtok_r(NULL, " \t", &rest);
	base = strrchr(interpreter, '/');
	if (base && !strcmp(base, "/env") && argument && argument[0] != '-' &&
	    !strchr(argument, '='))
		return find(argument, path);
	snprintf(path, PATH_MAX, "%s", interpreter);
	return true;
}

/* ---- What is in it ------------------------------------------------------ */

/* A program header of either class. */
struct segment {
	uint32_t type;
	uint64_t offset, len;
};

static bool read_segment(int file, unsigned int class, uint64_t at,
			 struct segment *segment)
{
	Elf32_Phdr narrow;
	Elf64_Phdr wide;

	if (class == ELFCLASS32) {
		if (pread(file, &narrow, sizeof(narrow), (off_t)at) !=
		    sizeof(narrow))
			return false;
		*segment = (struct segment){ narrow.p_type, narrow.p_offset,
					     narrow.p_filesz };
		return true;
	}
	if (pread(file, &wide, sizeof(wide), (off_t)at) != sizeof(wide))
		return false;
	*segment = (struct segment){ wide.p_type, wide.p_offset, wide.p_filesz };
	return true;
}

/* The dynamic linker's path, if a program header names one. */
static void read_linker(int file, struct elf *elf, uint64_t at, size_t step,
			unsigned int nsegments)
{
	struct segment segment;

	for (; nsegments; nsegments--, at += step) {
		if (!read_segment(file, elf->class, at, &segment))
			return;
		if (segment.type != PT_INTERP)
			continue;
		elf->kind = DYNAMIC;
		if (segment.len < sizeof(elf->linker) &&
		    pread(file, elf->linker, segment.len,
			  (off_t)segment.offset) < 0)
			elf->linker[0] = '\0';
	}
}

static void read_elf(const char *path, struct elf *elf)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	union {
		Elf32_Ehdr narrow;
		Elf64_Ehdr wide;
	} header;

	*elf = (struct elf){ .kind = NO_ELF };
	if (file < 0)
		return;
	if (pread(file, &header, sizeof(header), 0) != sizeof(header) ||
	    memcmp(header.wide.e_ident, ELFMAG, SELFMAG))
		goto out;

	/* These lie in the same place in both classes. */
	elf->kind = STATIC;
	elf->class = header.wide.e_ident[EI_CLASS];
	elf->data = header.wide.e_ident[EI_DATA];
	elf->machine = header.wide.e_machine;
	if (elf->data != OUR_DATA)
		elf->kind = DYNAMIC;	/* not ours to read: the linker will tell */
	else if (elf->class == ELFCLASS32)
		read_linker(file, elf, header.narrow.e_phoff,
			    header.narrow.e_phentsize, header.narrow.e_phnum);
	else
		read_linker(file, elf, header.wide.e_phoff,
			    header.wide.e_phentsize, header.wide.e_phnum);
out:
	close(file);
}

static bool is_same_machine(const struct elf *a, const struct elf *b)
{
	return a->class == b->class && a->data == b->data &&
	       a->machine == b->machine;
}

static bool is_for_machine_of(const char *drop_in, const void *program)
{
	struct elf elf;

	read_elf(drop_in, &elf);
	return elf.kind != NO_ELF && is_same_machine(&elf, program);
}

static bool is_same_file(const char *a, const char *b)
{
	struct stat first, second;

	return !stat(a, &first) && !stat(b, &second) &&
	       first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

/* What privilege the file gives whoever starts it, or NULL. */
static const char *privilege(const char *path)
{
	struct statvfs mount;
	struct stat file;

	if (stat(path, &file) || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ||
	    (!statvfs(path, &mount) && mount.f_flag & ST_NOSUID))
		return NULL;
	if (file.st_mode & S_ISUID && file.st_uid != getuid())
		return "is set-user-ID";
	if (file.st_mode & S_ISGID && file.st_mode & S_IXGRP &&
	    file.st_gid != getgid())
		return "is set-group-ID";
	if (getuid() && getxattr(path, "security.capability", NULL, 0) > 0)
		return "has file capabilities";
	return NULL;
}

/* glibc's linker refuses what is linked for musl, and the other way round. */
static bool is_for_musl(const struct elf *elf)
{
	return strstr(elf->linker, "/ld-musl-") != NULL;
}

enum vgr_reach vgr_command_reach(const char *name)
{
	char path[PATH_MAX];
	struct elf program, ours;
	const char *gains;
	int i;

	if (!find(name, path))
		return VGR_IN_REACH;	/* exec will say it better */
	for (i = 0; i < MAX_SCRIPTS && follow_script(path); i++)
		;
	read_elf(path, &program);
	read_elf("/proc/self/exe", &ours);
	/*
	 * What is no ELF file is a script for sh; the dynamic linker itself
	 * takes LD_PRELOAD; and without /proc nothing is known of ourselves.
	 */
	if (program.kind == NO_ELF || ours.kind == NO_ELF ||
	    is_same_file(path, ours.linker))
		return VGR_IN_REACH;

	gains = privilege(path);
	if (!is_same_machine(&program, &ours) &&
	    !vgr_command_any_drop_in(is_for_machine_of, &program)) {
		vgr_command_say("%s is for another kind of machine than the drop-in, and runs without it",
				path);
	} else if (program.kind == STATIC) {
		vgr_command_say("%s is statically linked: LD_PRELOAD cannot reach it, and it runs without the drop-in",
				path);
	} else if (gains) {
		vgr_command_say("%s %s: the dynamic linker ignores LD_PRELOAD there, and it runs without the drop-in",
				path, gains);
	} else if (is_for_musl(&program) != is_for_musl(&ours)) {
		vgr_command_say("%s is for another libc (%s), and it runs without the drop-in",
				path, program.linker);
		return VGR_OTHER_LIBC;
	} else {
		return VGR_IN_REACH;
	}
	return VGR_OUT_OF_REACH;
}
