/* SPDX-License-Identifier: MIT */
/*
 * Claim: while vgetrandom_quiesce() wipes, no key is made, though a reseed has
 * ended the quiesce meanwhile (another thread's, say, by RAND_add): requests are
 * system calls until the wipe is over, and served again afterwards, also in a
 * child that was forked in the middle of it.
 *
 * To see it fail: in vgetrandom_quiesce, do not say that a wipe is under way; or
 * have vgr_generation_fork_child do nothing.
 *
 * It happens where the pages are dropped, which this kernel then refuses: they
 * are wiped by hand.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "check-draw.h"
#include "check-tier.h"
#include "check.h"
#include "pages.h"

#define NDRAWS	10

static int ndrops;

int __wrap_vgr_pages_drop(const struct vgr_pages *pages);

static void draw_and_count(uint64_t nkeys, uint64_t ncalls)
{
	struct vgetrandom_info before = info_now(), after;
	int i;

	for (i = 0; i < NDRAWS; i++)
		draw_away(16);
	after = info_now();
	check_eq(after.kernel_keys - before.kernel_keys, nkeys);
	check_eq(after.system_calls - before.system_calls, ncalls);
}

static void fork_and_draw(void)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		draw_and_count(1, 0);
		_exit(0);
	}
	check_eq(waitpid(pid, &status, 0), pid);
	check_eq(status, 0);
}

int __wrap_vgr_pages_drop(const struct vgr_pages *pages)
{
	(void)pages;
	ndrops++;
	vgetrandom_reseed();
	draw_and_count(0, NDRAWS);
	fork_and_draw();
	return -1;
}

int main(void)
{
	if (check_tier() == 3)
		skip("requests are system calls: there is no key");
	draw_away(16);
	check_eq(vgetrandom_quiesce(), 0);
	check(ndrops);
	draw_and_count(1, 0);
	return 0;
}
