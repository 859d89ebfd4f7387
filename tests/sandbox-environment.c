/* SPDX-License-Identifier: MIT */
/*
 * Claim: each environment variable does what it says, a value that is not
 * understood is ignored and named by vgetrandom_info(), and with each of them
 * requests are served.
 *
 * To see it fail: in setting_among of library.c, do not note what was ignored.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check-child.h"
#include "check-draw.h"
#include "check-tier.h"
#include "check.h"
#include "impl.h"

#define KERNEL	VGETRANDOM_GENERATION_KERNEL
#define CLOCK	VGETRANDOM_GENERATION_CLOCK
#define VMCLOCK	VGETRANDOM_GENERATION_VMCLOCK

static const char *const all_names[] = {
	"VGETRANDOM_DISABLE", "VGETRANDOM_CORE", "VGETRANDOM_MEMORY",
	"VGETRANDOM_GENERATION", "VGETRANDOM_RSEQ", "VGETRANDOM_VERBOSE",
	NULL,
};

/* The process without any setting: what the machine can do. */
static struct vgetrandom_info plain;

/* ---- What is expected of the process that was started with one ----------- */

static int is_off(const struct vgetrandom_info *info)
{
	return !info->is_active && info->why_not && !info->ignored;
}

static int is_not_restartable(const struct vgetrandom_info *info)
{
	return !info->is_restartable && info->restartable_why &&
	       info->is_active == plain.is_active && !info->ignored;
}

static int is_as_plain(const struct vgetrandom_info *info)
{
	return info->is_active == plain.is_active && !info->ignored &&
	       info->memory == plain.memory &&
	       info->generation == plain.generation &&
	       info->is_restartable == plain.is_restartable &&
	       info->core && !strcmp(info->core, plain.core);
}

static int is_ignored(const struct vgetrandom_info *info)
{
	const char *name = info->ignored;
	struct vgetrandom_info without = *info;

	without.ignored = NULL;
	return name && getenv(name) && is_as_plain(&without);
}

static int has_droppable(const struct vgetrandom_info *info)
{
	return plain.memory != VGETRANDOM_MEMORY_DROPPABLE ? is_off(info) :
	       info->memory == VGETRANDOM_MEMORY_DROPPABLE && info->is_active;
}

/* Whether it may be locked is the machine's affair. */
static int has_locked(const struct vgetrandom_info *info)
{
	return info->memory == VGETRANDOM_MEMORY_LOCKED ?
	       info->is_active && info->memory_why : is_off(info);
}

static int has_kernel_word(const struct vgetrandom_info *info)
{
	return plain.generation & KERNEL ?
	       info->is_active && info->generation == KERNEL : is_off(info);
}

/* Whether the device is there is seen by asking for it alone. */
static int has_vmclock(const struct vgetrandom_info *info)
{
	return info->vmclock_why || info->clock_why ? is_off(info) :
	       info->is_active && info->generation == (VMCLOCK | CLOCK);
}

static int has_clock(const struct vgetrandom_info *info)
{
	return !plain.is_active ||
	       (info->is_active && info->generation == CLOCK &&
		!info->clock_why && info->kernel_word_why);
}

static int has_core(const struct vgetrandom_info *info)
{
	return !info->ignored && !strcmp(info->core, getenv("VGETRANDOM_CORE"));
}

static int says_one_line(const struct vgetrandom_info *info)
{
	return is_as_plain(info);
}

static const struct setting {
	const char *name, *value;
	int (*is_right)(const struct vgetrandom_info *info);
} settings[] = {
	{ "VGETRANDOM_DISABLE", "1", is_off },
	{ "VGETRANDOM_DISABLE", "yes", is_off },
	{ "VGETRANDOM_DISABLE", "0", is_as_plain },
	{ "VGETRANDOM_DISABLE", "no", is_as_plain },
	{ "VGETRANDOM_DISABLE", "", is_as_plain },
	{ "VGETRANDOM_MEMORY", "droppable", has_droppable },
	{ "VGETRANDOM_MEMORY", "locked", has_locked },
	{ "VGETRANDOM_MEMORY", "none", is_off },
	{ "VGETRANDOM_MEMORY", "", is_as_plain },
	{ "VGETRANDOM_MEMORY", "lock", is_ignored },
	{ "VGETRANDOM_MEMORY", "DROPPABLE", is_ignored },
	{ "VGETRANDOM_GENERATION", "kernel", has_kernel_word },
	{ "VGETRANDOM_GENERATION", "vmclock", has_vmclock },
	{ "VGETRANDOM_GENERATION", "clock", has_clock },
	{ "VGETRANDOM_GENERATION", "", is_as_plain },
	{ "VGETRANDOM_GENERATION", "kernel,clock", is_ignored },
	{ "VGETRANDOM_CORE", "", is_as_plain },
	{ "VGETRANDOM_CORE", "mmx", is_ignored },
	{ "VGETRANDOM_CORE", "portable ", is_ignored },
	{ "VGETRANDOM_RSEQ", "0", is_not_restartable },
	{ "VGETRANDOM_RSEQ", "no", is_not_restartable },
	{ "VGETRANDOM_RSEQ", "1", is_as_plain },
	{ "VGETRANDOM_RSEQ", "", is_as_plain },
	{ "VGETRANDOM_VERBOSE", "1", says_one_line },
};

/* ---- Starting them --------------------------------------------------------- */

static int channel[2];

/* The program once more, with one setting; it sends what it knows. */
static void start(char **argv, const char *name, const char *value)
{
	char number[16];
	char *again[] = { argv[0], number, NULL };
	int i;

	snprintf(number, sizeof(number), "%d", channel[1]);
	for (i = 0; all_names[i]; i++)
		unsetenv(all_names[i]);
	if (name)
		setenv(name, value, 1);
	if (name && !strcmp(name, "VGETRANDOM_VERBOSE"))
		dup2(channel[1], STDERR_FILENO);
	execv("/proc/self/exe", again);
	hard_error("exec");
}

/* Strings are compared where they lie: the same program, text and all. */
struct report {
	struct vgetrandom_info info;
	char core[32], ignored[32];
	int has_why_not, has_memory_why, has_kernel_why, has_clock_why;
};

static void send_report(int to)
{
	struct report report = { .info = info_now() };
	const struct vgetrandom_info *info = &report.info;

	draw_away(1);
	draw_away(5000);
	snprintf(report.core, sizeof(report.core), "%s",
		 info->core ? info->core : "");
	snprintf(report.ignored, sizeof(report.ignored), "%s",
		 info->ignored ? info->ignored : "");
	report.has_why_not = info->why_not != NULL;
	report.has_memory_why = info->memory_why != NULL;
	report.has_kernel_why = info->kernel_word_why != NULL;
	report.has_clock_why = info->clock_why != NULL;
	if (write(to, &report, sizeof(report)) != sizeof(report))
		hard_error("write");
}

static struct vgetrandom_info ask(char **argv, const char *name,
				  const char *value)
{
	static struct report report;
	char line[400];
	ssize_t len = 0;
	pid_t pid;

	if (pipe(channel))
		hard_error("pipe");
	fflush(NULL);
	pid = fork();
	if (!pid)
		start(argv, name, value);
	close(channel[1]);
	if (name && !strcmp(name, "VGETRANDOM_VERBOSE")) {
		while (len < (ssize_t)sizeof(line) &&
		       read(channel[0], line + len, 1) == 1 &&
		       line[len++] != '\n')
			;
		printf("said: %.*s", (int)len, line);
		check(len > 15 && !memcmp(line, "libvgetrandom ", 14));
	}
	if (read(channel[0], &report, sizeof(report)) != sizeof(report))
		hard_error("no report");
	close(channel[0]);
	pass_on(wait_for(pid));

	report.info.core = *report.core ? strdup(report.core) : NULL;
	report.info.ignored = *report.ignored ? report.ignored : NULL;
	report.info.why_not = report.has_why_not ? "yes" : NULL;
	report.info.memory_why = report.has_memory_why ? "yes" : NULL;
	report.info.kernel_word_why = report.has_kernel_why ? "yes" : NULL;
	report.info.clock_why = report.has_clock_why ? "yes" : NULL;
	return report.info;
}

static void try_setting(char **argv, const struct setting *setting)
{
	struct vgetrandom_info info;

	setenv(setting->name, setting->value, 1);	/* for is_right */
	info = ask(argv, setting->name, setting->value);
	if (setting->is_right(&info))
		return;
	printf("%s=%s: active %d, memory %d, generation %u, core %s, "
	       "ignored %s\n", setting->name, setting->value, info.is_active,
	       (int)info.memory, info.generation, info.core ? info.core : "-",
	       info.ignored ? info.ignored : "-");
	check_failed(__FILE__, __LINE__, "the setting does what it says");
}

static void try_cores(char **argv)
{
	const struct vgr_chacha20_impl *row;
	struct setting setting = { "VGETRANDOM_CORE", NULL, has_core };

	for (row = vgr_chacha20_impls; row->name; row++) {
		if (row->needs & ~vgr_cpu_features())
			setting.is_right = is_ignored;
		else
			setting.is_right = has_core;
		setting.value = row->name;
		try_setting(argv, &setting);
	}
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc > 1) {
		send_report(atoi(argv[1]));
		return 0;
	}
	check_tier();
	plain = ask(argv, NULL, NULL);
	check(!plain.ignored);
	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		try_setting(argv, &settings[i]);
	try_cores(argv);
	return 0;
}
