/* SPDX-License-Identifier: MIT */
/*
 * run.c - "vgetrandom run": LD_PRELOAD, and exec.
 *
 * The program is the same process, with our arguments gone.  LD_PRELOAD fails
 * open: a program that it cannot reach runs as if nothing had been said, so
 * this says it.
 */
#include "command.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
"Usage: vgetrandom run [--check] [--last] [--] PROGRAM [ARGUMENT...]\n"
"\n"
"Starts PROGRAM with the drop-in in front of its libc: getrandom, getentropy,\n"
"arc4random, arc4random_buf, arc4random_uniform and syscall(SYS_getrandom) are\n"
"then served in user space, in PROGRAM and in what it starts in turn.\n"
"\n"
"  --check   have the drop-in report from inside PROGRAM, on standard error\n"
"  --last    put the drop-in behind what LD_PRELOAD holds, instead of before\n"
"  --help    this text\n"
"\n"
"A statically linked PROGRAM cannot be reached, nor one that gains privileges\n"
"when it starts, nor one for a machine whose drop-in is not installed; a line on\n"
"standard error says so, and PROGRAM runs without.\n"
"\n"
"Environment, for PROGRAM; ignored where it gains privileges:\n"
"  VGETRANDOM_DISABLE=1      every request is a system call\n"
"  VGETRANDOM_SYSCALL=0      leave libc's syscall() to the kernel\n"
"  VGETRANDOM_VERBOSE=1      say at start how requests are served\n"
"  VGETRANDOM_MEMORY=        droppable, locked or none\n"
"  VGETRANDOM_GENERATION=    kernel, vmclock or clock\n"
"  VGETRANDOM_CORE=          a ChaCha20 core by its name\n"
"  VGETRANDOM_RSEQ=0         no restartable sequences\n"
"\n"
"Exit status: PROGRAM's; 125 if the drop-in cannot be used, 126 if PROGRAM\n"
"cannot be started, 127 if it is not found, 2 for a wrong argument.\n";

/* Whether an LD_PRELOAD holds the name. */
static bool is_listed(const char *list, const char *name)
{
	size_t len = strlen(name), word_len;

	for (; *list; list += word_len + !!list[word_len]) {
		word_len = strcspn(list, " :");
		if (word_len == len && !memcmp(list, name, len))
			return true;
	}
	return false;
}

/* 0, or EXIT_RUN having said why. */
static int set_preload(bool is_last)
{
	const char *path = vgr_command_drop_in(), *there = getenv("LD_PRELOAD");
	const char *name;
	char *list;
	int status;

	if (!path) {
		vgr_command_say("libvgetrandom-preload.so is not in " PKGLIBDIR);
		return EXIT_RUN;
	}
	if (strpbrk(path, " :$")) {
		vgr_command_say("LD_PRELOAD cannot name '%s': it holds a space, ':' or '$'",
				path);
		return EXIT_RUN;
	}
	name = vgr_command_preload_name();
	if (!there || !*there)
		list = strdup(name);
	else if (is_listed(there, name))
		return 0;
	else if (asprintf(&list, "%s:%s", is_last ? there : name,
			  is_last ? name : there) < 0)
		list = NULL;
	status = list && !setenv("LD_PRELOAD", list, 1) ? 0 : EXIT_RUN;
	if (status)
		vgr_command_say("%s", strerror(ENOMEM));
	free(list);
	return status;
}

static int start(char **program, bool is_checked)
{
	int watcher = is_checked ? vgr_command_watch(program[0]) : -1;
	int error;

	if (is_checked && watcher < 0) {
		vgr_command_say("no way to check: %s", strerror(errno));
		return EXIT_RUN;
	}
	execvp(program[0], program);

	error = errno;
	if (watcher >= 0 && write(watcher, "", 1) < 0)
		error = errno;
	vgr_command_say("%s: %s", program[0], strerror(error));
	return error == ENOENT ? EXIT_NO_PROGRAM : EXIT_NO_EXEC;
}

int vgr_command_run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "check", no_argument, NULL, 'c' },
		{ "last", no_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	bool is_checked = false, is_last = false;
	enum vgr_reach reach;
	int option, status;

	while ((option = getopt_long(argc, argv, "+:h", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			is_checked = true;
			break;
		case 'l':
			is_last = true;
			break;
		case 'h':
			return vgr_command_print(help);
		default:
			return vgr_command_bad_option(argv, option);
		}
	}
	if (optind >= argc) {
		vgr_command_say("which PROGRAM?");
		return EXIT_USAGE;
	}

	reach = vgr_command_reach(argv[optind]);
	/* Out of reach or not: what it starts may be in reach. */
	status = reach == VGR_OTHER_LIBC ? 0 : set_preload(is_last);
	if (status)
		return status;
	return start(argv + optind, is_checked && reach == VGR_IN_REACH);
}
