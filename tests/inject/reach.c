/* SPDX-License-Identifier: MIT */
/*
 * reach.c - stops a call before its N-th instruction; see reach.h.
 */
#include "reach.h"

#include <errno.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "check.h"
#include "places.h"

#define TRAP_FLAG	0x100
#define MAX_STEPS	400000

static enum { OFF, RECORDING, STEPPING, BREAKING } mode;
static bool may_break = true;
static int breakpoint = -1;
static int nstops;
static uintptr_t stopped_at;
static void (*on_stop)(void);

static const void *wanted_entry;
static bool is_inside;
static uintptr_t return_address;
static size_t step, steps_wanted, turns_wanted;

static struct path *recorded;
static uint8_t *(*find_watched)(void);	/* NULL: nothing is watched */
static uint8_t *watched;
static size_t watched_len, watched_page_len, watched_from;
static bool is_shut;

static uint8_t *page_of(const uint8_t *at)
{
	return (uint8_t *)((uintptr_t)at & -(uintptr_t)watched_page_len);
}

static void shut(void)
{
	if (mprotect(page_of(watched), watched_page_len, PROT_NONE))
		hard_error("mprotect");
	is_shut = true;
}

static void open_up(void)
{
	if (is_shut && mprotect(page_of(watched), watched_page_len,
				PROT_READ | PROT_WRITE))
		hard_error("mprotect");
	is_shut = false;
}

static void note_step(uintptr_t ip)
{
	if (recorded->len == MAX_STEPS)
		hard_error("a path of more than %d instructions", MAX_STEPS);
	if (!find_watched) {
		recorded->at[recorded->len] = ip;
	} else if (step >= watched_from) {
		watched = find_watched();
		if (watched)
			shut();
	}
	recorded->len++;
}

/* One instruction of the call was done.  true: it goes on. */
static bool stepped(const ucontext_t *context)
{
	const greg_t *regs = context->uc_mcontext.gregs;
	uintptr_t ip = (uintptr_t)regs[REG_RIP];

	if (is_shut)
		open_up();
	if (!is_inside) {
		if (ip != (uintptr_t)wanted_entry)
			return true;
		is_inside = true;
		return_address = *(uintptr_t *)regs[REG_RSP];
		step = 0;
	} else {
		step++;
	}
	if (ip == return_address)
		return false;
	if (mode == RECORDING)
		note_step(ip);
	return true;
}

static void stop(uintptr_t at)
{
	void (*action)(void) = on_stop;

	mode = OFF;
	nstops++;
	stopped_at = at;
	places_note(at);
	action();
}

static void on_trap(int number, siginfo_t *info, void *context)
{
	ucontext_t *here = context;
	greg_t *flags = &here->uc_mcontext.gregs[REG_EFL];
	uintptr_t ip = (uintptr_t)here->uc_mcontext.gregs[REG_RIP];

	(void)number;
	(void)info;
	switch (mode) {
	case OFF:
		*flags &= ~(greg_t)TRAP_FLAG;
		return;
	case BREAKING:
		ioctl(breakpoint, PERF_EVENT_IOC_DISABLE, 0);
		if (turns_wanted)
			reach_again(turns_wanted, on_stop);
		else
			stop(ip);
		break;
	case RECORDING:
		if (!stepped(here))
			mode = OFF;
		break;
	case STEPPING:
		if (!stepped(here))
			mode = OFF;
		else if (is_inside && step == steps_wanted)
			stop(ip);
		break;
	}
	if (mode == OFF || mode == BREAKING)
		*flags &= ~(greg_t)TRAP_FLAG;
	else
		*flags |= TRAP_FLAG;
}

/* The state's page is away and the call wants it: note which of it. */
static void on_fault(int number, siginfo_t *info, void *context)
{
	size_t offset = (size_t)((uint8_t *)info->si_addr - watched);

	(void)context;
	if (!is_shut) {
		signal(number, SIG_DFL);
		return;
	}
	open_up();
	if (offset < watched_len)
		recorded->last_look = step;
	if (offset == 0)
		recorded->last_kernel_look = step;
}

void reach_init(void)
{
	struct sigaction action = {
		.sa_sigaction = on_trap,
		/* Where there is another stack: that of the call is looked at. */
		.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK,
	};

	if (sigaction(SIGTRAP, &action, NULL))
		hard_error("sigaction");
	watched_page_len = (size_t)sysconf(_SC_PAGESIZE);
	places_init();
}

static void walk(struct path *path, const void *entry, void (*call)(void))
{
	recorded = path;
	path->len = 0;
	wanted_entry = entry;
	is_inside = false;
	return_address = 0;
	mode = RECORDING;
	REACH_STEP();
	call();
	if (mode != OFF)
		hard_error("the call was not seen");
	open_up();
}

static bool is_syscall(uintptr_t at)
{
	return *(const uint8_t *)at == 0x0f && *(const uint8_t *)(at + 1) == 0x05;
}

/* How often each address has come by: a hash table from address to count. */
static void count_passes(struct path *path)
{
	size_t size = 1, i, slot;
	struct { uintptr_t at; size_t last; uint32_t n; } *table;

	while (size < 2 * path->len)
		size *= 2;
	table = calloc(size, sizeof(*table));
	if (!table)
		hard_error("no memory");
	for (i = 0; i < path->len; i++) {
		slot = path->at[i] * 0x9e3779b97f4a7c15 >> 20 & (size - 1);
		while (table[slot].at && table[slot].at != path->at[i])
			slot = (slot + 1) & (size - 1);
		table[slot].at = path->at[i];
		/* A breakpoint is met once, however often it repeats. */
		path->turns[i] = i && path->at[i] == path->at[i - 1] ?
				 path->turns[i - 1] + 1 : 0;
		table[slot].n += !path->turns[i];
		path->nth[i] = table[slot].n;
		path->is_edge[i] = table[slot].n <= 2 && path->turns[i] <= 2;
		table[slot].last = i;
	}
	for (i = 0; i < size; i++)
		if (table[i].at)
			path->is_edge[table[i].last] = true;
	free(table);
}

static void *shared(size_t len)
{
	void *mapped = mmap(NULL, len, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (mapped == MAP_FAILED)
		hard_error("no memory");
	return mapped;
}

void reach_init_path(struct path *path)
{
	path->at = shared(MAX_STEPS * sizeof(*path->at));
	path->nth = shared(MAX_STEPS * sizeof(*path->nth));
	path->turns = shared(MAX_STEPS * sizeof(*path->turns));
	path->is_edge = shared(MAX_STEPS * sizeof(*path->is_edge));
}

void reach_record(struct path *path, const void *entry, void (*call)(void))
{
	size_t i;

	find_watched = NULL;
	walk(path, entry, call);
	count_passes(path);

	watched_from = 0;
	for (i = 0; i < path->len; i++)
		if (is_syscall(path->at[i]))
			watched_from = i + 1;
	path->last_look = watched_from ? watched_from - 1 : 0;
	path->last_kernel_look = path->last_look;
}

bool reach_record_looks(struct path *path, const void *entry,
			void (*call)(void), uint8_t *(*stamps)(void),
			size_t nstamps)
{
	struct sigaction fault = {
		.sa_sigaction = on_fault,
		.sa_flags = SA_SIGINFO | SA_NODEFER,
	}, old;
	size_t len = path->len;

	if (sigaction(SIGSEGV, &fault, &old))
		hard_error("sigaction");
	find_watched = stamps;
	watched_len = nstamps * sizeof(uint64_t);
	walk(path, entry, call);
	find_watched = NULL;
	sigaction(SIGSEGV, &old, NULL);
	return path->len == len;
}

static bool set_breakpoint(uintptr_t at, uint32_t nth)
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
	};

	breakpoint = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1,
				  PERF_FLAG_FD_CLOEXEC);
	return breakpoint >= 0;
}

void reach_arm(const struct path *path, size_t boundary, const void *entry,
	       void (*action)(void))
{
	nstops = 0;
	on_stop = action;
	wanted_entry = entry;
	is_inside = false;
	return_address = 0;
	steps_wanted = boundary;
	turns_wanted = path->turns[boundary];
	if (may_break)
		may_break = set_breakpoint(path->at[boundary],
					   path->nth[boundary]);
	mode = may_break ? BREAKING : STEPPING;
	if (may_break)
		ioctl(breakpoint, PERF_EVENT_IOC_ENABLE, 0);
}

bool reach_is_ours(uintptr_t at)
{
	extern const char __executable_start[], etext[];

	return at >= (uintptr_t)__executable_start && at < (uintptr_t)etext;
}

uintptr_t reach_stopped_at(void)
{
	return stopped_at;
}

void reach_again(size_t ninstructions, void (*action)(void))
{
	on_stop = action;
	is_inside = true;
	return_address = 0;
	step = 0;
	steps_wanted = ninstructions;
	mode = STEPPING;
}

int reach_disarm(void)
{
	mode = OFF;
	if (breakpoint >= 0) {
		close(breakpoint);
		breakpoint = -1;
	}
	return nstops;
}

const char *reach_how(void)
{
	return may_break ? "breakpoint" : "stepping";
}

bool reach_must_step(void)
{
	return mode == STEPPING;
}
