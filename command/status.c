/* SPDX-License-Identifier: MIT */
/*
 * status.c - "vgetrandom status": what the library does here, and why it does
 * not do better.
 *
 * Its verdict is not what the library says of itself: requests are made, and
 * the system calls among them counted.
 */
#include "command.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

#include "vgetrandom.h"

static const char help[] =
"Usage: vgetrandom status [--json]\n"
"\n"
"Says how random bytes are served on this machine, to this user, and why not\n"
"better; in a program under \"vgetrandom run\" it is the same.\n"
"\n"
"  --json    one JSON object, for programs\n"
"  --help    this text\n"
"\n"
"Exit status: 0 if requests are really served in user space, 1 if each is a\n"
"system call, 2 for a wrong argument.\n";

#define NREQUESTS	1000	/* enough to use up a state several times */

/* ---- Two ways to write the same list ------------------------------------ */

/* A line of "name  value", or a member of a JSON object. */
static bool is_json;
static const char *before = "{\n";

static void print_json_string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte == '"' || byte == '\\')
			printf("\\%c", byte);
		else if (byte < 0x20)
			printf("\\u%04x", byte);
		else
			putchar(byte);
	}
	putchar('"');
}

/* The name as text has it, spaces and all, and as JSON has it. */
static void print_name(const char *name)
{
	if (!is_json) {
		printf("%-22s", name);
		return;
	}
	printf("%s  \"", before);
	before = ",\n";
	for (; *name; name++)
		putchar(*name == ' ' || *name == '-' ? '_' : *name);
	printf("\": ");
}

static void put(const char *name, const char *value)
{
	print_name(name);
	if (!is_json)
		printf("%s\n", value ? value : "-");
	else if (value)
		print_json_string(value);
	else
		printf("null");
}

static void put_bool(const char *name, bool value)
{
	print_name(name);
	if (is_json)
		printf(value ? "true" : "false");
	else
		printf("%s\n", value ? "yes" : "no");
}

static void put_count(const char *name, uint64_t value)
{
	print_name(name);
	printf(is_json ? "%llu" : "%llu\n", (unsigned long long)value);
}

/* One row as text; the reason is a member of its own in JSON. */
static void put_with_reason(const char *name, const char *value,
			    const char *reason_name, const char *reason)
{
	if (is_json || !reason) {
		put(name, value);
		if (is_json)
			put(reason_name, reason);
		return;
	}
	print_name(name);
	printf("%s (%s)\n", value, reason);
}

/* ---- What there is to say ----------------------------------------------- */

static const char *libc_name(void)
{
#ifdef __GLIBC__
	static char name[64];

	snprintf(name, sizeof(name), "glibc %s", gnu_get_libc_version());
	return name;
#else
	return "not glibc";
#endif
}

/* The kernel shows it to any process; asking prctl would end a strict one. */
static const char *seccomp_mode(void)
{
	static const char *const modes[] = { "none", "strict", "filter" };
	FILE *status = fopen("/proc/self/status", "re");
	unsigned int mode = 3;
	char line[256];

	if (!status)
		return "unknown";
	while (fgets(line, sizeof(line), status))
		if (sscanf(line, "Seccomp: %u", &mode) == 1)
			break;
	fclose(status);
	return mode < 3 ? modes[mode] : "unknown";
}

static void get_info(struct vgetrandom_info *info)
{
	*info = (struct vgetrandom_info){ .size = sizeof(*info) };
	vgetrandom_info(info);
}

/* Whether requests are made without system calls. */
static bool is_served(struct vgetrandom_info *info)
{
	unsigned char bytes[16];
	uint64_t before_them;
	int i;

	get_info(info);
	before_them = info->system_calls;
	for (i = 0; i < NREQUESTS; i++)
		if (vgetrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
			return false;
	get_info(info);
	return info->is_active && info->system_calls == before_them;
}

static void put_source(const struct vgetrandom_info *info, const char *name,
		       unsigned int bit, const char *reason_name,
		       const char *reason)
{
	put_with_reason(name, info->generation & bit ? "used" : "not used",
			reason_name, reason);
}

/* The library knows its own settings; this one is the drop-in's. */
static const char *ignored_setting(const struct vgetrandom_info *info)
{
	static const char *const understood[] = { "", "0", "1", "no", "yes" };
	const char *value = getenv("VGETRANDOM_SYSCALL");
	size_t i;

	if (info->ignored || !value)
		return info->ignored;
	for (i = 0; i < sizeof(understood) / sizeof(understood[0]); i++)
		if (!strcmp(value, understood[i]))
			return NULL;
	return "VGETRANDOM_SYSCALL";
}

static const char *self_test(const struct vgetrandom_info *info)
{
	if (info->core)		/* it is not taken without its known answers */
		return "passed";
	return info->memory && info->generation ? "failed" : "not run";
}

static void put_all(const struct vgetrandom_info *info, bool served)
{
	static const char *const memories[] = {
		[VGETRANDOM_MEMORY_NONE] = "tier 3: none, system calls only",
		[VGETRANDOM_MEMORY_DROPPABLE] = "tier 1: droppable",
		[VGETRANDOM_MEMORY_LOCKED] = "tier 2: locked, wiped on fork",
	};
	struct utsname kernel;

	uname(&kernel);
	put("version", info->version);
	put("kernel", kernel.release);
	put("machine", kernel.machine);
	put("libc", libc_name());
	put("seccomp", seccomp_mode());
	put("drop-in", vgr_command_drop_in());
	put_bool("served in user space", served);
	put("why not", served || info->why_not ? info->why_not :
	    "no reason is known: please report it");
	put_with_reason("memory", memories[info->memory], "memory why",
			info->memory_why);
	put_source(info, "kernel word", VGETRANDOM_GENERATION_KERNEL,
		   "kernel word why", info->kernel_word_why);
	put_source(info, "vmclock", VGETRANDOM_GENERATION_VMCLOCK,
		   "vmclock why", info->vmclock_why);
	put_source(info, "clock", VGETRANDOM_GENERATION_CLOCK,
		   "clock why", info->clock_why);
	put("core", info->core);
	put_with_reason("restartable", info->is_restartable ? "yes" : "no",
			"restartable why", info->restartable_why);
	put("self-test", self_test(info));
	put("ignored setting", ignored_setting(info));
	put_count("slots", info->slots);
	put_count("slots mapped", info->slots_mapped);
	put_count("kernel keys", info->kernel_keys);
	put_count("refills", info->refills);
	put_count("restarts", info->restarts);
	put_count("system calls", info->system_calls);
	if (is_json)
		puts("\n}");
}

int vgr_command_status(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct vgetrandom_info info;
	bool served;
	int option;

	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		switch (option) {
		case 'j':
			is_json = true;
			break;
		case 'h':
			return vgr_command_print(help);
		default:
			return vgr_command_bad_option(argv, option);
		}
	}
	if (optind < argc)
		return vgr_command_bad_operand(argv[optind]);

	served = is_served(&info);
	put_all(&info, served);
	return vgr_command_finish() || !served;
}
