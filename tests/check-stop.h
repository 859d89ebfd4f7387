/* SPDX-License-Identifier: MIT */
/*
 * check-stop.h - a real signal at an exact instruction of a call.
 *
 * First the call's path: it is stepped once, with its restartable sequences in
 * a place that the kernel does not watch, since a step would abort them.  Then a
 * hardware breakpoint at one of its instructions, at its n-th pass: the kernel
 * sends SIGTRAP to a thread that runs freely until there.
 */
#ifndef CHECK_STOP_H
#define CHECK_STOP_H

#include "restart.h"

#ifdef VGR_CAN_RESTART

#include <errno.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "check.h"

#define STOP_MAX_STEPS	300000
#define STOP_TRAP_FLAG	0x100

/* An instruction of a call; which time the call comes by there. */
struct stop {
	uintptr_t at;
	uint32_t nth;
	uint32_t nturns;	/* ... of so many */
	bool in_section;
	bool is_named;		/* a section is, but this may not be its code */
	bool is_tail;		/* behind the call's last section */
};

struct stop_path {
	size_t len;
	struct stop steps[STOP_MAX_STEPS];
};

/* As it begins, struct rseq: what a thread has that nobody registered. */
static __thread struct {
	uint32_t cpu_id_start;
	int32_t cpu_id;
	uint64_t section;
} stop_unwatched;

struct stop_section {		/* struct rseq_cs */
	uint32_t version, flags;
	uint64_t start, len, abort;
};

extern const struct stop_section __start_vgr_restart_sections[]
	__attribute__((visibility("hidden")));
extern const struct stop_section __stop_vgr_restart_sections[]
	__attribute__((visibility("hidden")));

/* From here on, until it is set back, nobody watches. */
static inline void stop_unwatch(void)
{
	uintptr_t thread;

	__asm__("movq %%fs:0, %0" : "=r"(thread));
	vgr_restart_field = (ptrdiff_t)((uintptr_t)&stop_unwatched.section -
					thread);
}

/* The section that the calling thread is in, and at that address. */
static inline bool stop_is_in_section(uintptr_t at)
{
	const struct stop_section *now =
		(const struct stop_section *)vgr_section_now();

	return now && at - now->start < now->len;
}

/* ---- The path ------------------------------------------------------------- */

static struct stop_path *stop_recorded;
static const void *stop_entry;
static uintptr_t stop_return_address;

static inline void stop_on_step(int number, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;
	uintptr_t at = (uintptr_t)regs[REG_RIP];
	struct stop_path *path = stop_recorded;

	(void)number;
	(void)info;
	if (!stop_return_address) {
		if (at != (uintptr_t)stop_entry)
			return;
		stop_return_address = *(uintptr_t *)regs[REG_RSP];
	}
	if (at == stop_return_address || path->len == STOP_MAX_STEPS) {
		regs[REG_EFL] &= ~(greg_t)STOP_TRAP_FLAG;
		return;
	}
	path->steps[path->len++] = (struct stop){
		.at = at, .in_section = stop_is_in_section(at),
		.is_named = vgr_section_now(),
	};
}

/* The kernel stops at the first instruction after this one's next. */
static inline void stop_begin_steps(void)
{
	__asm__ volatile("sub $128, %%rsp\n\t"
			 "pushfq\n\t"
			 "orq %0, (%%rsp)\n\t"
			 "popfq\n\t"
			 "add $128, %%rsp"
			 : : "i"(STOP_TRAP_FLAG) : "cc", "memory");
}

static inline void stop_count_passes(struct stop_path *path)
{
	enum { SIZE = 1 << 16 };
	static struct {
		uintptr_t at;
		uint32_t n;
	} table[SIZE];
	size_t i, slot;
	int again;

	memset(table, 0, sizeof(table));
	for (i = path->len; i && !path->steps[i - 1].in_section; i--)
		path->steps[i - 1].is_tail = true;
	for (again = 0; again < 2; again++)
		for (i = 0; i < path->len; i++) {
			slot = path->steps[i].at * 0x9e3779b97f4a7c15 >> 40;
			while (table[slot % SIZE].at &&
			       table[slot % SIZE].at != path->steps[i].at)
				slot++;
			table[slot % SIZE].at = path->steps[i].at;
			if (again)
				path->steps[i].nturns = table[slot % SIZE].n;
			else
				path->steps[i].nth = ++table[slot % SIZE].n;
		}
}

/* In a process of its own: its signal handlers and its sections are others. */
static inline void stop_record(struct stop_path *path, const void *entry,
			       void (*call)(void))
{
	struct sigaction action = {
		.sa_sigaction = stop_on_step, .sa_flags = SA_SIGINFO,
	};

	if (sigaction(SIGTRAP, &action, NULL))
		hard_error("sigaction");
	stop_unwatch();
	path->len = 0;
	stop_recorded = path;
	stop_entry = entry;
	stop_return_address = 0;
	stop_begin_steps();
	call();
	stop_count_passes(path);
}

/* ---- The breakpoint ------------------------------------------------------- */

/* Of the calling thread.  -1 and errno: not here. */
static inline int stop_set(uintptr_t at, uint32_t nth)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_BREAKPOINT,
		.size = sizeof(attr),
		.bp_type = HW_BREAKPOINT_X,
		.bp_addr = at,
		.bp_len = sizeof(long),
		.sample_period = nth,
		.disabled = 1,
		.sigtrap = 1,
		.remove_on_exec = 1,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};

	return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1,
			    PERF_FLAG_FD_CLOEXEC);
}

static inline void stop_enable(int breakpoint)
{
	ioctl(breakpoint, PERF_EVENT_IOC_ENABLE, 0);
}

static inline void stop_disable(int breakpoint)
{
	ioctl(breakpoint, PERF_EVENT_IOC_DISABLE, 0);
}

#endif

#endif
