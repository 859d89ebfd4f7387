/* SPDX-License-Identifier: MIT */
/*
 * Claim: what a process draws after it was restored from a checkpoint it never
 * draws after a second restore of the same image, nor did it before; a request
 * that stood still in the checkpoint is no exception; and the kernel it is
 * restored on still makes its keys stale.
 *
 *	checkpoint [quiesce] dump|restore|both|refused FOLDER CRIU [ARGUMENT]...
 *
 * FOLDER holds the image and what was drawn; dump and restore may be on two
 * machines.  On locked memory the image holds the keys, so there the process
 * must have quiesced; without, bytes are expected to come again, and if they do
 * not, this test sees nothing.  refused: CRIU must refuse the dump (of a process
 * that maps a device).
 *
 * To see it fail: VGETRANDOM_MEMORY=locked, and take that exception out.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check-tier.h"
#include "check.h"
#include "stopped-requests.h"
#include "vgetrandom.h"

#define MAX_LEN		(256 * 1024)

static char **criu;
static int is_quiescing;

/* ---- Files: how the process and its keeper talk --------------------------- */

static int exists(const char *path)
{
	return !access(path, F_OK);
}

static void print_file(const char *path, const char *only)
{
	char line[512];
	FILE *file = fopen(path, "re");

	while (file && fgets(line, sizeof(line), file))
		if (strstr(line, only))
			printf("%s: %s", path, line);
	if (file)
		fclose(file);
}

static void wait_for(const char *path)
{
	int i;

	for (i = 0; i < 6000 && !exists(path); i++)
		usleep(10000);
	if (!exists(path)) {
		print_file("log", "");
		hard_error("%s has not come", path);
	}
}

/* Appears whole or not at all. */
static void write_file(const char *path, const void *bytes, size_t len)
{
	int file = open("new", O_CREAT | O_TRUNC | O_WRONLY, 0600);

	check_eq(write(file, bytes, len), len);
	close(file);
	check_eq(rename("new", path), 0);
}

static size_t read_file(const char *path, uint8_t *bytes)
{
	int file = open(path, O_RDONLY);
	ssize_t len = read(file, bytes, MAX_LEN);

	check(len > 0);
	close(file);
	return (size_t)len;
}

/* ---- The process that is dumped ------------------------------------------- */

static void draw_to(const char *path, int with_stopped)
{
	static uint8_t bytes[MAX_LEN];
	size_t len = 0;
	int i;

	for (i = 0; with_stopped && i < NSTOPPED; i++) {
		memcpy(bytes + len, stopped[i].bytes, stopped[i].len);
		len += stopped[i].len;
	}
	for (i = 0; i < 256; i++, len += 64)
		check_eq(vgetrandom(bytes + len, 64, 0), 64);
	write_file(path, bytes, len);
}

/*
 * Whether a reseed of this kernel still makes keys stale, for what goes by the
 * kernel's word: after a restore on another kernel the word may be a dead copy.
 */
static void reseed_kernel(void)
{
	struct vgetrandom_info before = { .size = sizeof(before) }, after;
	int device = open("/dev/urandom", O_RDONLY);
	uint8_t bytes[64];

	check_eq(ioctl(device, RNDRESEEDCRNG), 0);
	check_eq(vgetrandom(bytes, sizeof(bytes), 0), sizeof(bytes));
	after = before;
	vgetrandom_info(&before);
	check_eq(ioctl(device, RNDRESEEDCRNG), 0);
	check_eq(vgetrandom(bytes, sizeof(bytes), 0), sizeof(bytes));
	vgetrandom_info(&after);
	close(device);

	check_tier();
	printf("a reseed of the kernel costs %llu keys\n",
	       (unsigned long long)(after.kernel_keys - before.kernel_keys));
	fflush(stdout);
	if (after.is_active && after.generation & VGETRANDOM_GENERATION_KERNEL)
		check_eq(after.kernel_keys, before.kernel_keys + 1);
}

static _Noreturn void be_dumped(void)
{
	int null = open("/dev/null", O_RDWR), log;

	setsid();
	log = open("log", O_CREAT | O_TRUNC | O_WRONLY | O_APPEND, 0600);
	dup2(null, 0);
	dup2(log, 1);
	dup2(log, 2);
	close(log);
	close(null);

	begin_requests();
	draw_to("before", 0);
	if (is_quiescing)
		check_eq(vgetrandom_quiesce(), 0);
	write_file("ready", "", 0);

	wait_for("go");
	if (is_quiescing)
		vgetrandom_reseed();
	end_requests();
	draw_to("drawn", 1);
	reseed_kernel();
	check_eq(rename("drawn", "after"), 0);
	_exit(0);
}

/* ---- Its keeper ------------------------------------------------------------ */

/* Its status, as waitpid gives it. */
static int try_criu(const char *const *arguments)
{
	char *words[32];
	int n = 0, i, status;
	pid_t child;

	for (i = 0; criu[i] && n < 16; i++)
		words[n++] = criu[i];
	for (i = 0; arguments[i] && n < 31; i++)
		words[n++] = (char *)(uintptr_t)arguments[i];
	words[n] = NULL;

	fflush(stdout);
	child = fork();
	if (!child) {
		execv(words[0], words);
		_exit(127);
	}
	check_eq(waitpid(child, &status, 0), child);
	if (status)
		print_file("image/criu.log", "Error");
	return status;
}

static void run_criu(const char *const *arguments)
{
	int status = try_criu(arguments);

	if (status)
		hard_error("criu %s: status %x", arguments[0],
			   (unsigned int)status);
}

/* A number that is free on another machine too, above the kernel's threads'. */
static void choose_pid(void)
{
	int last = open("/proc/sys/kernel/ns_last_pid", O_WRONLY);

	if (last < 0 || write(last, "4000", 4) != 4)
		hard_error("no choice of process numbers");
	close(last);
}

static void dump(const char *how)
{
	char pid[16];
	const char *words[] = { "dump", "-t", pid, "-D", "image", "-o", "criu.log",
				"--network-lock", "skip", NULL };
	int status;
	pid_t child;

	if (!strcmp(how, "dump"))
		choose_pid();
	fflush(stdout);
	child = fork();
	if (!child)
		be_dumped();
	wait_for("ready");

	mkdir("image", 0700);
	snprintf(pid, sizeof(pid), "%d", (int)child);
	if (!strcmp(how, "refused")) {
		check(try_criu(words));
		kill(child, SIGKILL);
		return;
	}
	run_criu(words);
	/* Dumped is killed; its number must be free for the restore. */
	check_eq(waitpid(child, &status, 0), child);
	write_file("pid", pid, strlen(pid) + 1);
}

static void restore(const char *name)
{
	char pid[16] = { 0 };

	run_criu((const char *[]){ "restore", "-d", "-D", "image",
				   "-o", "criu.log",
				   "--network-lock", "skip", NULL });
	write_file("go", "", 0);
	wait_for("after");
	check_eq(rename("after", name), 0);
	unlink("go");

	read_file("pid", (uint8_t *)pid);
	while (!kill(atoi(pid), 0))
		usleep(1000);
}

static size_t count_common(const uint8_t *a, size_t a_len,
			   const uint8_t *b, size_t b_len)
{
	size_t at, n = 0;

	for (at = 0; at + 16 <= a_len; at += 16)
		n += check_contains(b, b_len, a + at, 16);
	return n;
}

static void compare(int are_keys_in_image)
{
	static uint8_t before[MAX_LEN], first[MAX_LEN], second[MAX_LEN];
	size_t before_len = read_file("before", before);
	size_t first_len = read_file("after-1", first);
	size_t second_len = read_file("after-2", second);
	size_t ncommon = count_common(first, first_len, second, second_len);

	printf("%zu bytes after each restore, %zu pieces of 16 in common\n",
	       first_len, ncommon);
	if (are_keys_in_image) {
		printf("the image holds the keys: they come again, as they must\n");
		check(ncommon > 0);
		return;
	}
	check_unique_windows(before, before_len);
	check_unique_windows(first, first_len);
	check_unique_windows(second, second_len);
}

int main(int argc, char **argv)
{
	int tier = check_tier();

	if (argc > 1 && !strcmp(argv[1], "quiesce")) {
		is_quiescing = 1;
		argv++;
		argc--;
	}
	if (argc < 4)
		hard_error("usage: checkpoint [quiesce] dump|restore|both|refused FOLDER CRIU...");
	criu = argv + 3;
	mkdir(argv[2], 0700);
	if (chdir(argv[2]))
		hard_error("%s: %s", argv[2], strerror(errno));

	if (strcmp(argv[1], "restore"))
		dump(argv[1]);
	if (strcmp(argv[1], "dump") && strcmp(argv[1], "refused")) {
		restore("after-1");
		restore("after-2");
		print_file("log", "");
		compare(tier == 2 && !is_quiescing);
	}
	return 0;
}
