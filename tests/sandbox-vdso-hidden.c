/* SPDX-License-Identifier: MIT */
/*
 * Claim: a process that is not told where its vDSO is (valgrind does that, and
 * so do some simulators) is served all the same, and says what is missing.
 *
 * To see it fail: in read_image of vdso.c, do not look whether there is one.
 *
 * The tracer takes AT_SYSINFO_EHDR off the stack before the first instruction.
 */
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ptrace.h>

#include "check-child.h"
#include "check-draw.h"
#include "check-tier.h"
#include "check.h"

static void serves_without(void)
{
	static uint8_t buf[20000];
	struct vgetrandom_info info;

	check_tier();
	check_eq(getauxval(AT_SYSINFO_EHDR), 0);
	draw(buf, sizeof(buf));
	check_unique_windows(buf, sizeof(buf));
	vgetrandom_u64();
	check(vgetrandom_prepare() <= 0);
	info = info_now();
	check(!(info.generation & VGETRANDOM_GENERATION_KERNEL));
	check(info.kernel_word_why && info.clock_why);
	check(info.is_active || info.why_not);
	printf("kernel word: %s; clock: %s\n", info.kernel_word_why,
	       info.clock_why);
}

static size_t read_file(pid_t pid, const char *name, void *to, size_t len)
{
	char path[64];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY);
	got = fd < 0 ? -1 : read(fd, to, len);
	if (got <= 0)
		skip("no /proc/PID/%s", name);
	close(fd);
	return (size_t)got;
}

static void find_stack(pid_t pid, unsigned long *start, unsigned long *end)
{
	char path[64], line[512];
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "r");
	while (maps && fgets(line, sizeof(line), maps))
		if (strstr(line, "[stack]") &&
		    sscanf(line, "%lx-%lx", start, end) == 2) {
			fclose(maps);
			return;
		}
	skip("no stack in /proc/PID/maps");
}

/* What /proc shows of the vector stands somewhere on the stack. */
static void hide_vdso(pid_t pid)
{
	ElfW(auxv_t) vector[128], *entry;
	unsigned long start, end, at;
	uint8_t *stack, *there;
	char path[64];
	size_t len;
	int mem;

	len = read_file(pid, "auxv", vector, sizeof(vector));
	find_stack(pid, &start, &end);
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	mem = open(path, O_RDWR);
	stack = malloc(end - start);
	if (mem < 0 || !stack ||
	    pread(mem, stack, end - start, (off_t)start) !=
	    (ssize_t)(end - start))
		skip("no /proc/PID/mem");
	there = memmem(stack, end - start, vector, len);
	if (!there)
		hard_error("no auxiliary vector on the stack");

	for (entry = vector; entry->a_type != AT_SYSINFO_EHDR; entry++)
		if (entry->a_type == AT_NULL)
			skip("this kernel has no vDSO");
	entry->a_type = AT_IGNORE;
	at = start + (unsigned long)(there - stack);
	if (pwrite(mem, vector, len, (off_t)at) != (ssize_t)len)
		hard_error("cannot write the stack");
	close(mem);
}

int main(int argc, char **argv)
{
	char *again[] = { argv[0], "hidden", NULL };
	int status;
	pid_t pid;

	if (argc > 1) {
		serves_without();
		return 0;
	}
	check_tier();
	pid = fork();
	if (!pid) {
		if (ptrace(PTRACE_TRACEME, 0, 0, 0))
			skip("ptrace is refused");
		execv("/proc/self/exe", again);
		hard_error("exec");
	}
	status = wait_for(pid);
	if (!WIFSTOPPED(status))
		pass_on(status);
	hide_vdso(pid);
	ptrace(PTRACE_DETACH, pid, 0, 0);
	pass_on(wait_for(pid));
	return 0;
}
