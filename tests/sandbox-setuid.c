/* SPDX-License-Identifier: MIT */
/*
 * Claim: a setuid program takes no orders from its environment: a stranger can
 * neither switch the library off in it nor choose its memory, source or core.
 *
 * To see it fail: in vgr_host_setting of host-posix.c, use getenv.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>

#include "check-child.h"
#include "check-draw.h"
#include "check-sanitizer.h"
#include "check-tier.h"
#include "check.h"
#include "impl.h"

#define NOBODY	65534

static char folder[] = "/tmp/vgetrandom-setuid-XXXXXX";
static char copy[64];

/* In the setuid program. */
static void took_no_orders(void)
{
	struct vgetrandom_info info = info_now();

	if (!getauxval(AT_SECURE))
		skip("this file system lets no program be setuid");
	check_tier();
	check(!info.ignored);
	check(!info.why_not || !strstr(info.why_not, "VGETRANDOM"));
	check(!info.memory_why || !strstr(info.memory_why, "VGETRANDOM"));
	check(!info.core || !strcmp(info.core, vgr_chacha20_impls[0].name) ||
	      strcmp(info.core, "portable"));
}

static void copy_this_program(void)
{
	int from = open("/proc/self/exe", O_RDONLY), to;
	char block[65536];
	ssize_t len;

	if (!mkdtemp(folder) || chmod(folder, 0755))
		hard_error("no folder");
	snprintf(copy, sizeof(copy), "%s/program", folder);
	to = open(copy, O_WRONLY | O_CREAT, 0755);
	if (from < 0 || to < 0)
		hard_error("no file");
	while ((len = read(from, block, sizeof(block))) > 0)
		if (write(to, block, (size_t)len) != len)
			hard_error("no room");
	if (fchown(to, NOBODY, NOBODY) || fchmod(to, 04755))
		hard_error("chmod");
	close(to);
	close(from);
}

/* Started by root, it runs as another: that is all AT_SECURE asks. */
static void start_with_orders(void)
{
	setenv("VGETRANDOM_DISABLE", "1", 1);
	setenv("VGETRANDOM_MEMORY", "none", 1);
	setenv("VGETRANDOM_GENERATION", "vmclock", 1);
	setenv("VGETRANDOM_CORE", "portable", 1);
	setenv("VGETRANDOM_VERBOSE", "1", 1);
	execl(copy, copy, "setuid", NULL);
	hard_error("exec");
}

int main(int argc, char **argv)
{
	int status;

	(void)argv;
	if (argc > 1) {
		took_no_orders();
		return 0;
	}
	skip_if_sanitized();
	if (geteuid())
		skip("only root can make a program of another user");
	copy_this_program();
	status = child_status(start_with_orders);
	unlink(copy);
	rmdir(folder);
	pass_on(status);
	return 0;
}
