/* SPDX-License-Identifier: MIT */
/*
 * command.h - what the subcommands share.
 *
 * A subcommand is a row in main.c's table: a function that takes its own argv
 * (argv[0] is its name) and returns the exit status.
 */
#ifndef VGR_COMMAND_H
#define VGR_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

enum {
	EXIT_USAGE = 2,		/* a wrong argument; nothing was done */
	EXIT_RUN = 125,		/* run: our own failure, as env(1) has it */
	EXIT_NO_EXEC = 126,	/* run: PROGRAM cannot be started */
	EXIT_NO_PROGRAM = 127,	/* run: PROGRAM is not there */
};

/* One line to standard error that names the subcommand first. */
void vgr_command_say(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/*
 * Says what getopt_long (whose optstring asks for ':') did not like when it
 * answered '?' or ':'.  Returns EXIT_USAGE.
 */
int vgr_command_bad_option(char **argv, int answer);

/* Says that the argument is one too many.  Returns EXIT_USAGE. */
int vgr_command_bad_operand(const char *operand);

/* A text to standard output.  Returns the exit status. */
int vgr_command_print(const char *text);

/* Standard output's end: 0, or 1 having said what is wrong with it. */
int vgr_command_finish(void);

/* Where the preloaded library is: an absolute path, or NULL. */
const char *vgr_command_drop_in(void);

/*
 * What LD_PRELOAD is to name: that path, or, where other machines' drop-ins are
 * installed beside it, one with $LIB in it, which leads each program to its own.
 */
const char *vgr_command_preload_name(void);

/*
 * Whether "is_it" is true of our drop-in's path or of one installed beside it
 * for another machine.
 */
bool vgr_command_any_drop_in(bool (*is_it)(const char *path, const void *what),
			     const void *what);

/* ---- run ---------------------------------------------------------------- */

/*
 * Looks at the file that "name" starts (in PATH, by way of "#!" lines) for a
 * reason why LD_PRELOAD cannot work in it, and says it.
 */
enum vgr_reach {
	VGR_IN_REACH,
	VGR_OUT_OF_REACH,	/* it has no effect there */
	VGR_OTHER_LIBC,		/* it would keep the program from starting */
} vgr_command_reach(const char *name);

/*
 * Starts a process that waits for the drop-in's answer in "program", which the
 * caller becomes next, and prints it.  Returns a descriptor to which a byte is
 * written if the caller does not become it after all; -1 with errno.
 */
int vgr_command_watch(const char *program);

/* ---- bytes -------------------------------------------------------------- */

enum vgr_encoding { VGR_RAW, VGR_HEX, VGR_BASE64 };

/*
 * Text for len bytes that follow "before" others; at most VGR_ENCODED_MAX(len)
 * characters.  Pieces but the last are multiples of 48 bytes, a line of base64.
 */
#define VGR_ENCODED_MAX(len) (2 * (len) + 8)
size_t vgr_command_encode(enum vgr_encoding encoding, char *text,
			  const unsigned char *bytes, size_t len);

/* ---- Subcommands -------------------------------------------------------- */

int vgr_command_run(int argc, char **argv);
int vgr_command_status(int argc, char **argv);
int vgr_command_bytes(int argc, char **argv);
int vgr_command_bench(int argc, char **argv);

#endif
