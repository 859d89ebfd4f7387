/* SPDX-License-Identifier: MIT */
/*
 * main.c - the command "vgetrandom": its table of subcommands, and how they
 * speak.
 *
 * The library is linked in, not loaded: it is then the same build as the
 * drop-in's, which is linked in the same way, and what "status" finds is what
 * programs under "run" get, whichever libvgetrandom.so is installed.
 */
#include "command.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vgetrandom.h"

/* One row a subcommand. */
static const struct command {
	const char *name;
	const char *help;
	int (*function)(int argc, char **argv);
} commands[] = {
	{ "run", "start a program with the drop-in in front of its libc",
	  vgr_command_run },
	{ "status", "say how random bytes are served on this machine",
	  vgr_command_status },
	{ "bytes", "write random bytes", vgr_command_bytes },
	{ "bench", "time it beside every other source of random bytes",
	  vgr_command_bench },
};

#define NCOMMANDS	(sizeof(commands) / sizeof(commands[0]))

static const char *subcommand;

/* ---- Speaking ----------------------------------------------------------- */

void vgr_command_say(const char *format, ...)
{
	char line[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	fprintf(stderr, "vgetrandom%s%s: %s\n", subcommand ? " " : "",
		subcommand ? subcommand : "", line);
}

int vgr_command_bad_option(char **argv, int answer)
{
	char letter[] = "-?";
	const char *option = argv[optind - 1];

	if (!option)	/* musl is one further when the value is missing */
		option = argv[optind - 2];
	if (strncmp(option, "--", 2)) {
		letter[1] = (char)optopt;
		option = letter;
	}
	if (answer == ':')
		vgr_command_say("option '%s' needs a value", option);
	else if (optopt && strchr(option, '='))
		vgr_command_say("option '%s': no value expected", option);
	else
		vgr_command_say("unknown option '%s'", option);
	return EXIT_USAGE;
}

int vgr_command_bad_operand(const char *operand)
{
	vgr_command_say("unexpected argument '%s'", operand);
	return EXIT_USAGE;
}

int vgr_command_finish(void)
{
	if (!fflush(stdout) && !ferror(stdout) && !close(STDOUT_FILENO))
		return EXIT_SUCCESS;
	vgr_command_say("standard output: %s", strerror(errno));
	return EXIT_FAILURE;
}

int vgr_command_print(const char *text)
{
	fputs(text, stdout);
	return vgr_command_finish();
}

/* ---- Choosing ----------------------------------------------------------- */

static int help(void)
{
	size_t i;

	printf("Usage: vgetrandom SUBCOMMAND [OPTION...]\n\n"
	       "getrandom(2) served in user space, as the Linux vDSO does it.\n\n");
	for (i = 0; i < NCOMMANDS; i++)
		printf("  %-8s %s\n", commands[i].name, commands[i].help);
	printf("\nvgetrandom SUBCOMMAND --help says more; --version names this version.\n");
	return vgr_command_finish();
}

static int no_subcommand(const char *wrong)
{
	char list[200] = "";
	size_t i, len = 0;

	for (i = 0; i < NCOMMANDS; i++)
		len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s",
					i ? ", " : "", commands[i].name);
	if (wrong)
		vgr_command_say("unknown subcommand '%s' (there are: %s)",
				wrong, list);
	else
		vgr_command_say("a subcommand is missing (there are: %s)", list);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	size_t i;
	int option;

	opterr = 0;
	option = getopt_long(argc, argv, "+:hV", options, NULL);
	if (option == 'h')
		return help();
	if (option == 'V')
		return vgr_command_print("vgetrandom " VGETRANDOM_VERSION_STRING "\n");
	if (option != -1)
		return vgr_command_bad_option(argv, option);
	if (optind >= argc)
		return no_subcommand(NULL);

	argc -= optind;
	argv += optind;
	for (i = 0; i < NCOMMANDS; i++) {
		if (strcmp(argv[0], commands[i].name))
			continue;
		subcommand = argv[0];
		optind = 1;
		return commands[i].function(argc, argv);
	}
	return no_subcommand(argv[0]);
}
