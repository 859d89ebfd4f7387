/* SPDX-License-Identifier: MIT */
/*
 * Claim: on this kernel the library finds the best there is, and with it a
 * draw, a child's draw, a dropped page and a reseed of the kernel give bytes
 * that were never given before.
 *
 * The arguments are what is expected: "droppable", "locked" or "none", and
 * "kernel" or "clock".
 *
 * To see it fail: have vgr_code_addresses find nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check-tier.h"
#include "check.h"
#include "state.h"
#include "thread.h"
#include "vgetrandom.h"

static struct vgetrandom_info info_now(void)
{
	struct vgetrandom_info info = { .size = sizeof(info) };

	check_eq(vgetrandom_info(&info), 0);
	return info;
}

static const char *or_nothing(const char *why)
{
	return why ? why : "-";
}

static void say_why(void)
{
	struct vgetrandom_info info = info_now();

	printf("memory: %s\nkernel word: %s\nVMClock: %s\nclock: %s\n",
	       or_nothing(info.memory_why), or_nothing(info.kernel_word_why),
	       or_nothing(info.vmclock_why), or_nothing(info.clock_why));
}

static void draw(void)
{
	static const size_t lens[] = { 16, 32, 100, 928, 929, 4096, 65536 };
	static uint8_t bytes[65536];
	size_t i;

	for (i = 0; i < sizeof(lens) / sizeof(*lens); i++) {
		check_eq(vgetrandom(bytes, lens[i], 0), lens[i]);
		check_unique_windows(bytes, lens[i]);
	}
}

static void draw_in_child(void)
{
	uint8_t bytes[64];
	int channel[2], status;
	pid_t child;

	check_eq(pipe(channel), 0);
	child = fork();
	check(child >= 0);
	if (!child) {
		ssize_t len = vgetrandom(bytes, sizeof(bytes), 0);

		_exit(write(channel[1], bytes, sizeof(bytes)) != len);
	}
	check_eq(read(channel[0], bytes, sizeof(bytes)), sizeof(bytes));
	check_unique_windows(bytes, sizeof(bytes));
	check_eq(waitpid(child, &status, 0), child);
	check_eq(status, 0);
	close(channel[0]);
	close(channel[1]);
}

/* A page that is gone must cost a key, and one only. */
static void drop_page(void)
{
	uint64_t keys = info_now().kernel_keys;
	uintptr_t page_len = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t page = (uintptr_t)vgr_thread_slot->state & -page_len;

	check_eq(madvise((void *)page, page_len, MADV_DONTNEED), 0);
	draw();
	check_eq(info_now().kernel_keys, keys + 1);
}

/* As root; the vDSO's word moves at once. */
static void reseed_kernel(void)
{
	uint64_t keys = info_now().kernel_keys;
	int device = open("/dev/urandom", O_RDONLY);

	check(device >= 0);
	if (ioctl(device, RNDRESEEDCRNG))
		hard_error("RNDRESEEDCRNG: %s", strerror(errno));
	close(device);
	draw();
	check_eq(info_now().kernel_keys, keys + 1);
	printf("a reseed of the kernel was noticed\n");
}

int main(int argc, char **argv)
{
	int tier = check_tier(), i;
	struct vgetrandom_info info;

	say_why();
	draw();
	draw_in_child();
	draw();
	info = info_now();
	if (tier == 1)
		drop_page();
	if (tier < 3 && info.generation & VGETRANDOM_GENERATION_KERNEL)
		reseed_kernel();

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "droppable"))
			check_eq(tier, 1);
		else if (!strcmp(argv[i], "locked"))
			check_eq(tier, 2);
		else if (!strcmp(argv[i], "none"))
			check_eq(tier, 3);
		else if (!strcmp(argv[i], "kernel"))
			check(info.generation & VGETRANDOM_GENERATION_KERNEL);
		else if (!strcmp(argv[i], "clock"))
			check_eq(info.generation, VGETRANDOM_GENERATION_CLOCK);
		else
			hard_error("no such expectation: %s", argv[i]);
	}
	printf("as it should be\n");
	return 0;
}
