/* SPDX-License-Identifier: MIT */
/*
 * Claim: VMClock is not asked, nor its page mapped, where the kernel's word is
 * to be had; nor is it mapped when that is retired.  Where it is asked, no byte
 * comes of a key that is older than its count, and none is made of what the
 * kernel gives before it must have reseeded: requests are system calls for one
 * to two minutes, then there are keys again.
 *
 * To see it fail: in generation.c, call vgr_vmclock_init whether there is a word
 * or not; have has_settled always return true, or never.
 *
 * generation.c is compiled in here: its device is a file, its clock ours.
 */
#include "vmclock.h"

#undef VGR_VMCLOCK_PATH
#define VGR_VMCLOCK_PATH fake_path
static const char *fake_path;

#include "clock.h"

#define vgr_clock_minutes fake_clock_minutes
static uint64_t fake_clock_minutes(clockid_t clock);

#include "generation.c"

#undef vgr_clock_minutes

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check-draw.h"
#include "check-mapping.h"
#include "check-slot.h"
#include "check-tier.h"
#include "check.h"

static uint64_t minute = 1000;
static uint64_t *page;			/* the device's, by number of u64 */

static uint64_t fake_clock_minutes(clockid_t clock)
{
	(void)clock;
	return minute;
}

/* include/uapi/linux/vmclock-abi.h */
#define MAGIC	0x4b4c4356u
#define FLAGS	(24 / 8)
#define NCLONES	(104 / 8)		/* vm_generation_counter */

static void make_device(void)
{
	static char path[] = "/tmp/vmclock.XXXXXX";
	int file = mkstemp(path);

	if (file < 0 || ftruncate(file, 4096))
		hard_error("no file to be had");
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	close(file);
	if (page == MAP_FAILED)
		hard_error("the file cannot be mapped");
	memcpy(page, (const uint32_t[]){ MAGIC, 4096 }, 8);
	page[FLAGS] = 1 << 8;
	page[NCLONES] = 41;
	fake_path = path;
}

/* By this test and the library. */
static int times_mapped(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];
	int n = 0;

	if (!maps)
		skip("no /proc/self/maps");
	while (fgets(line, sizeof(line), maps))
		n += strstr(line, fake_path) != NULL;
	fclose(maps);
	return n;
}

/* ---- What requests cost ----------------------------------------------------- */

static struct vgetrandom_info before;

static void check_cost(uint64_t nkeys, uint64_t nsystem_calls)
{
	struct vgetrandom_info after = info_now();

	check_eq(after.kernel_keys - before.kernel_keys, nkeys);
	check_eq(after.system_calls - before.system_calls, nsystem_calls);
	before = after;
}

/* From a key that is there already. */
static void check_served(void)
{
	before = info_now();
	check(before.is_active);
	draw_away(100);
	check_cost(0, 0);
}

static void check_system_calls_only(void)
{
	int i;

	before = info_now();
	for (i = 0; i < 100; i++)
		draw_away(1);
	check_cost(0, 100);
	check(!info_now().is_active && info_now().why_not);
	check(is_zero(vgr_thread_slot->state->key, VGR_KEY_LEN));
	check(is_zero(vgr_thread_slot->state->batch, VGR_BATCH_LEN));
}

static void check_served_again(void)
{
	before = info_now();
	draw_away(1);
	check_cost(1, 0);
	check_served();
}

/* ---- Each in a process of its own -------------------------------------------- */

static void beside_the_word(void)
{
	struct vgetrandom_info after;
	struct sources sources;

	vgr_generation_init(NULL);
	if (kernel_why) {
		printf("(no kernel word here: %s)\n", kernel_why);
		return;
	}
	check_eq(times_mapped(), 1);
	check(info_now().vmclock_why);
	do {
		sources = sources_now();
		draw_away(1);
		before = info_now();
		page[NCLONES]++;
		draw_away(100);
		after = info_now();
	} while (have_moved(&sources));		/* a reseed of the kernel's */
	check_eq(after.kernel_keys, before.kernel_keys);
	check_eq(after.system_calls, before.system_calls);

	/* The quick way looks at the word alone. */
	check(vgr_generation_word == vgr_kernel_word());

	retire_kernel_word();
	check_served_again();
	check_eq(info_now().generation, VGETRANDOM_GENERATION_CLOCK);
	check_eq(times_mapped(), 1);
	page[NCLONES]++;
	check_served();
}

static void without_a_word(void)
{
	vgr_generation_init("vmclock");
	check_eq(info_now().generation, VGETRANDOM_GENERATION_VMCLOCK |
		 VGETRANDOM_GENERATION_CLOCK);
	check_eq(times_mapped(), 2);
	check_served_again();

	page[NCLONES]++;
	check_system_calls_only();
	minute++;
	check_system_calls_only();
	minute++;
	check_served_again();

	/* Copied again while it was settling; and back to an older count. */
	page[NCLONES]++;
	check_system_calls_only();
	minute++;
	page[NCLONES] = 7;
	check_system_calls_only();
	minute++;
	check_system_calls_only();
	minute++;
	check_served_again();

	/* The clock goes on bounding a key's age. */
	minute++;
	check_served_again();
}

/* Without a draw in between: the child is who finds out. */
static void in_a_child(void)
{
	int status;
	pid_t child;

	vgr_generation_init("vmclock");
	check_served_again();
	page[NCLONES]++;
	child = fork();
	if (!child) {
		check_system_calls_only();
		minute += 2;
		check_served_again();
		_exit(0);
	}
	check_eq(waitpid(child, &status, 0), child);
	check_eq(status, 0);
	check_system_calls_only();
}

/* A thread that was held up between reading the count and saying so. */
static void too_late(void)
{
	vgr_generation_init("vmclock");
	draw_away(1);
	page[NCLONES]++;
	check_system_calls_only();
	check(!has_settled(page[NCLONES], minute - 5));
	check_eq(settles_at, minute + 2);
	check(!has_settled(page[NCLONES] + 1, minute));
	check_system_calls_only();
}

static void without_a_counter(void)
{
	page[FLAGS] = 0;
	vgr_generation_init("vmclock");
	check_eq(times_mapped(), 1);
	check(!info_now().is_active);
	check(info_now().vmclock_why);
	page[FLAGS] = 1 << 8;
}

static void in_own_process(void (*run)(void))
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		hard_error("no process");
	if (!pid) {
		run();
		fflush(stdout);
		_exit(0);
	}
	check_eq(waitpid(pid, &status, 0), pid);
	if (status)
		unlink(fake_path);
	check_eq(status, 0);
}

int main(void)
{
	if (check_tier() == 3)
		skip("requests are system calls: there is no key");
	if (vgr_clock_init())
		skip("no vDSO clock here: VMClock is never asked");
	make_device();
	in_own_process(beside_the_word);
	in_own_process(without_a_word);
	in_own_process(in_a_child);
	in_own_process(too_late);
	in_own_process(without_a_counter);
	unlink(fake_path);
	return 0;
}
