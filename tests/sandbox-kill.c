/* SPDX-License-Identifier: MIT */
/*
 * Claim: after vgetrandom_prepare() a thread lives under a filter that kills
 * for any system call but getrandom: it draws as little and as much as it likes,
 * across reseeds of the kernel and of its own; so does a thread that was there
 * before and had never drawn.
 *
 * To see it fail: in vgr_generation_read, make a system call; or let the time
 * of day be CLOCK_BOOTTIME.
 */
#include <fcntl.h>
#include <linux/random.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "check-child.h"
#include "check-draw.h"
#include "check-filter.h"
#include "check-sanitizer.h"
#include "check-tier.h"
#include "check.h"

#define NROUNDS 20

static const int allowed[] = {
	SYS_getrandom, SYS_exit, SYS_exit_group, SYS_rt_sigreturn,
};

/* How the two talk when no system call is left. */
static struct talk {
	unsigned int nrounds;		/* rounds the child has begun */
	unsigned int nreseeds;		/* answers of the parent */
	unsigned int is_other_done;
	uint64_t nkeys, nsystem_calls;
	uint8_t kept[NROUNDS][64];
} *talk;

static unsigned int is_other_there, is_sandboxed;
static uint8_t large[100000];

static void draw_all_sizes(void)
{
	size_t len;

	for (len = 0; len < 1200; len++)
		draw(large, len);
	draw(large, sizeof(large));
	vgetrandom_buf(large, 10);
	vgetrandom_u32();
	vgetrandom_u64();
	vgetrandom_uniform32(6);
	vgetrandom_uniform64(6);
}

static unsigned int seen(const unsigned int *number)
{
	return __atomic_load_n(number, __ATOMIC_ACQUIRE);
}

/* Its first request of all is made inside. */
static void *other_thread(void *unused)
{
	__atomic_store_n(&is_other_there, 1, __ATOMIC_RELEASE);
	while (!seen(&is_sandboxed))
		;
	draw_all_sizes();
	__atomic_store_n(&talk->is_other_done, 1, __ATOMIC_RELEASE);
	for (;;)
		;
	return unused;
}

static void live_in_sandbox(void)
{
	pthread_t thread;
	unsigned int i;

	if (pthread_create(&thread, NULL, other_thread, NULL))
		hard_error("pthread_create");
	while (!seen(&is_other_there))
		;
	check_eq(vgetrandom_prepare(), 0);
	fflush(NULL);
#ifdef __x86_64__
	/* As in a strict sandbox: a clock that needs it ends us. */
	prctl(PR_SET_TSC, PR_TSC_SIGSEGV, 0, 0, 0);
#endif
	filter_kill_all_but(allowed, sizeof(allowed) / sizeof(allowed[0]));
	__atomic_store_n(&is_sandboxed, 1, __ATOMIC_RELEASE);

	for (i = 0; i < NROUNDS; i++) {
		draw_all_sizes();
		__atomic_store_n(&talk->nrounds, i + 1, __ATOMIC_RELEASE);
		while (seen(&talk->nreseeds) <= i)
			;
		draw(talk->kept[i], sizeof(talk->kept[i]));
		vgetrandom_reseed();
	}
	while (!seen(&talk->is_other_done))
		;
	talk->nkeys = info_now().kernel_keys;
	talk->nsystem_calls = info_now().system_calls;
	_exit(0);
}

/* As root, the kernel's generator is reseeded at each round. */
static void reseed_kernel(int fd, pid_t pid)
{
	unsigned int i;
	int status;

	for (i = 0; i < NROUNDS; i++) {
		while (seen(&talk->nrounds) <= i)
			if (waitpid(pid, &status, WNOHANG) == pid) {
				pass_on(status);
				hard_error("the child ended early");
			}
		if (fd >= 0 && ioctl(fd, RNDRESEEDCRNG))
			fd = -1;
		__atomic_store_n(&talk->nreseeds, i + 1, __ATOMIC_RELEASE);
	}
	printf("%s\n", fd < 0 ? "the kernel could not be told to reseed" :
				"the kernel reseeded at each round");
}

int main(int argc, char **argv)
{
	int fd = open("/dev/urandom", O_RDWR), i;
	pid_t pid;

	(void)argc;
	skip_if_sanitized();
	if (check_tier() == 3)
		skip("every request is a system call here");
	talk = mmap(NULL, sizeof(*talk), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (talk == MAP_FAILED)
		hard_error("no memory");
	fflush(NULL);
	pid = fork();
	if (!pid)
		live_in_sandbox();
	reseed_kernel(fd, pid);
	pass_on(wait_for(pid));
	for (i = 0; i < NROUNDS; i++)
		check_unique_windows(talk->kept[i], sizeof(talk->kept[i]));
	printf("%lu keys, %lu system calls for requests\n",
	       (unsigned long)talk->nkeys, (unsigned long)talk->nsystem_calls);
	check(talk->nkeys > NROUNDS);
	check_eq(talk->nsystem_calls, 0);

	restart_with(argv, "VGETRANDOM_MEMORY", "locked");
	restart_with(argv, "VGETRANDOM_GENERATION", "clock");
	return 0;
}
