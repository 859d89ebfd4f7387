/* SPDX-License-Identifier: MIT */
/*
 * Claim: a thread that loses its processor again and again to two rivals, is
 * moved to another by a third, and is interrupted each 20 microseconds by a
 * handler that draws, gets no byte twice and no zero, loses no slot, and makes
 * no more system calls than requests were stopped nine times.
 *
 * To see it fail: advance the cursor last in VGR_SECTION_CLAIM.
 *
 * For 3 seconds; VGR_TEST_FULL=1: for a minute.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "check-draw.h"
#include "check-slot.h"
#include "check-tier.h"
#include "check-windows.h"
#include "check.h"

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

#define NREQUESTS	256	/* made at a stretch, then looked at */
#define NSEEN		4096	/* a handler's meanwhile */
#define HANDLER_LEN	24
#define MAX_LEN		5000

static struct {
	uint8_t bytes[MAX_LEN];
	size_t len;
} made[NREQUESTS];

static uint8_t seen[NSEEN][HANDLER_LEN];
static volatile size_t nseen;
static volatile unsigned long nsignals, naborts;
static unsigned long nrequests, nmoves;
static atomic_bool is_over;
static struct windows windows;
static pid_t drawer;

#ifdef VGR_CAN_RESTART
extern const uint64_t __start_vgr_restart_sections[][4]
	__attribute__((visibility("hidden")));
extern const uint64_t __stop_vgr_restart_sections[][4]
	__attribute__((visibility("hidden")));

static bool was_aborted(const ucontext_t *context)
{
	uint64_t at = (uint64_t)context->uc_mcontext.gregs[REG_RIP];
	const uint64_t (*section)[4];

	for (section = __start_vgr_restart_sections;
	     section < __stop_vgr_restart_sections; section++)
		if ((*section)[3] == at)
			return true;
	return false;
}
#else
static bool was_aborted(const ucontext_t *context)
{
	(void)context;
	return false;
}
#endif

static void on_timer(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	nsignals++;
	naborts += was_aborted(context);
	if (nseen < NSEEN)
		draw(seen[nseen++], HANDLER_LEN);
}

static timer_t begin_timer(void)
{
	struct sigevent event = {
		.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM,
	};
	struct itimerspec often = { { 0, 20000 }, { 0, 20000 } };
	timer_t timer;

	event.sigev_notify_thread_id = drawer;
	if (timer_create(CLOCK_MONOTONIC, &event, &timer) ||
	    timer_settime(timer, 0, &often, NULL))
		hard_error("no timer");
	return timer;
}

static void *rival(void *unused)
{
	(void)unused;
	while (!is_over)
		;
	return NULL;
}

/* Between the processors that we may have. */
static void *mover(void *unused)
{
	struct timespec pause = { 0, 30000 };
	cpu_set_t all, one;
	int cpu;

	(void)unused;
	if (sched_getaffinity(drawer, sizeof(all), &all))
		hard_error("sched_getaffinity");
	while (!is_over)
		for (cpu = 0; cpu < CPU_SETSIZE && !is_over; cpu++) {
			if (!CPU_ISSET(cpu, &all))
				continue;
			CPU_ZERO(&one);
			CPU_SET(cpu, &one);
			nmoves += !sched_setaffinity(drawer, sizeof(one), &one);
			nanosleep(&pause, NULL);
		}
	return NULL;
}

/* The rivals are where we are. */
static void start_others(pthread_t others[3])
{
	cpu_set_t one;
	int cpu = sched_getcpu(), i;

	CPU_ZERO(&one);
	CPU_SET(cpu < 0 ? 0 : cpu, &one);
	for (i = 0; i < 3; i++) {
		if (pthread_create(&others[i], NULL, i ? rival : mover, NULL))
			hard_error("no thread");
		if (i && pthread_setaffinity_np(others[i], sizeof(one), &one))
			hard_error("pthread_setaffinity_np");
	}
}

/* A quarter are integers, most others short. */
static void make_requests(void)
{
	static const size_t lens[] = {
		16, 8, 32, 16, 100, 8, 16, 1000, 40, 8, 16, 5000, 33, 8, 64, 3000,
	};
	uint64_t value;
	ssize_t got;
	int i;

	for (i = 0; i < NREQUESTS; i++) {
		made[i].len = lens[i % 16];
		if (made[i].len == 8) {
			value = vgetrandom_u64();
			memcpy(made[i].bytes, &value, sizeof(value));
		} else {
			got = vgetrandom(made[i].bytes, made[i].len, 0);
			/* The system call stops for a signal at whole pages. */
			check(got == (ssize_t)made[i].len || got >= 256);
			made[i].len = (size_t)got;
		}
	}
	nrequests += NREQUESTS;
}

static void look_at(const uint8_t *bytes, size_t len)
{
	size_t i;

	for (i = 0; i + WINDOW_LEN <= len; i++)
		if (windows_add(&windows, bytes + i, 0)) {
			printf("given out twice, or zeros: %02x%02x%02x%02x... of %zu bytes\n",
			       bytes[i], bytes[i + 1], bytes[i + 2],
			       bytes[i + 3], len);
			exit(1);
		}
	check(check_longest_zero_run(bytes, len) < 8);
}

/* With those of some stretches before; of what is older none is left. */
static void look_at_all(void)
{
	size_t n = nseen, i;

	if (windows.n > windows.size / 4)
		windows_empty(&windows);
	for (i = 0; i < NREQUESTS; i++)
		look_at(made[i].bytes, made[i].len);
	for (i = 0; i < n; i++)
		look_at(seen[i], HANDLER_LEN);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(void)
{
	struct sigaction action = {
		.sa_sigaction = on_timer, .sa_flags = SA_SIGINFO | SA_RESTART,
	};
	double end = seconds() + (getenv("VGR_TEST_FULL") ? 60 : 3);
	struct vgetrandom_info before, after;
	int tier = check_tier(), i;
	long ncalls, nswitches;
	struct rusage usage;
	pthread_t others[3];
	sigset_t alarm;
	timer_t timer;

	drawer = (pid_t)syscall(SYS_gettid);
	windows_init(&windows, 1 << 21);
	draw_away(16);
	printf("this thread is %srestartable\n",
	       tier < 3 && vgr_thread_slot->is_restartable ? "" : "not ");
	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	if (sigaction(SIGALRM, &action, NULL))
		hard_error("sigaction");
	start_others(others);
	before = info_now();
	timer = begin_timer();
	while (seconds() < end) {
		nseen = 0;
		make_requests();
		sigprocmask(SIG_BLOCK, &alarm, NULL);
		look_at_all();
		sigprocmask(SIG_UNBLOCK, &alarm, NULL);
	}
	timer_delete(timer);
	after = info_now();
	is_over = true;
	for (i = 0; i < 3; i++)
		pthread_join(others[i], NULL);

	getrusage(RUSAGE_THREAD, &usage);
	nswitches = usage.ru_nivcsw + usage.ru_nvcsw;
	ncalls = (long)(after.system_calls - before.system_calls);
	printf("%lu requests, %lu signals that aborted %lu sections, %ld turns of others, %lu moves; %ld system calls\n",
	       nrequests, nsignals, naborts, nswitches, nmoves, ncalls);
	check_eq(after.slots, before.slots);
	if (tier == 3 || !vgr_thread_slot->is_restartable)
		skip("that was without restartable sequences");
	check(naborts && nswitches && nmoves);
	check(9 * ncalls <= (long)(nsignals + nmoves) + nswitches);
	return 0;
}
