/* SPDX-License-Identifier: MIT */
/*
 * restart-run.c - one call, stopped at one of its instructions; see
 * restart-run.h.
 */
#include "restart-run.h"

#ifdef VGR_CAN_RESTART

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "check-child.h"
#include "check-draw.h"
#include "check-slot.h"
#include "generator.h"
#include "restart-actions.h"

#define MAX_LEN		5000
#define MAX_STOPS	40	/* of one call */

const struct shape restart_shapes[] = {
	{ "1",			BYTES,    1, 200, 0, false },
	{ "4",			BYTES,    4, 200, 0, false },
	{ "8",			BYTES,    8, 200, 0, false },
	{ "16",			BYTES,   16, 200, 0, false },
	{ "32",			BYTES,   32, 200, 0, false },
	{ "33",			BYTES,   33, 200, 0, false },
	{ "100",		BYTES,  100, 200, 0, false },
	{ "u64",		U64,      8, 200, 0, false },
	{ "u32",		U32,      4, 200, 0, false },
	{ "16 ending",		BYTES,   16, 920, 0, false },
	{ "100 ending",		BYTES,  100, 880, 0, false },
	{ "u64 ending",		U64,      8, 928, 0, false },
	{ "32 certifying",	BYTES,   32, 928, 14, false },
	{ "32 stale",		BYTES,   32, 200, 0, true },
	{ "u64 stale",		U64,      8, 200, 0, true },
	{ "1000",		BYTES, 1000, 200, 0, false },
	{ "1000 stale",		BYTES, 1000, 200, 0, true },
	{ "5000",		BYTES, 5000, 600, 0, false },
	{ 0 },
};

/* ---- The call --------------------------------------------------------------- */

struct run restart_now;
static struct run *const now = &restart_now;

static sigjmp_buf abandon;
bool restart_is_child;
static uint8_t buf[MAX_LEN + 16] __attribute__((aligned(64)));

static const void *entry_of(const struct shape *shape)
{
	switch (shape->kind) {
	case U64:
		return (const void *)(uintptr_t)vgetrandom_u64;
	case U32:
		return (const void *)(uintptr_t)vgetrandom_u32;
	default:
		return (const void *)(uintptr_t)vgetrandom;
	}
}

/* What earlier bytes passed through must not be taken for this call's. */
static inline __attribute__((always_inline)) void forget_registers(void)
{
	static const uint8_t empty[4096] __attribute__((aligned(64))) = {
		[24] = 0x80, [25] = 0x1f,	/* MXCSR's usual value */
	};
	static int has_xsave = -1;
	uint32_t a = 1, c = 0;

	if (has_xsave < 0) {
		__asm__ volatile("cpuid" : "+a"(a), "+c"(c) : : "rbx", "rdx");
		has_xsave = c >> 27 & 1;
	}
	/* SSE, AVX, AVX-512: not the keys of memory protection. */
	if (has_xsave)
		__asm__ volatile("xrstor64 %0"
				 : : "m"(empty), "a"(0xe6), "d"(0) : "memory",
				 "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5",
				 "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",
				 "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
}

/* Not inlined: a thread's call has the same frame each time. */
static __attribute__((noinline)) ssize_t call(void)
{
	uint64_t value;

	switch (now->shape->kind) {
	case U64:
		forget_registers();
		value = vgetrandom_u64();
		break;
	case U32:
		forget_registers();
		value = vgetrandom_u32();
		break;
	default:
		forget_registers();
		return vgetrandom(buf, now->shape->len, 0);
	}
	memcpy(buf, &value, now->shape->len);
	return (ssize_t)now->shape->len;
}

void restart_begin(const struct shape *shape)
{
	struct vgr_slot *slot = vgr_thread_slot;
	int again;

	/* Not if the kernel reseeds in the middle of it. */
	for (again = 0; again < 20; again++) {
		vgr_generator_forget(slot);
		if (!vgr_generator_fill(slot, VGR_BEHIND_DOOR, NULL, 0))
			break;
	}
	check(again < 20);
	slot->cursor = shape->run * VGR_CURSOR_RUN + shape->position;
	memset(slot->state->batch, 0, shape->position);
	if (shape->is_stale)
		__atomic_fetch_or(&slot->flags, VGR_SLOT_STALE,
				  __ATOMIC_SEQ_CST);
	now->before = *slot->state;
	now->cursor_before = slot->cursor;
}

static void call_to_record(void)
{
	call();
}

const struct stop_path *restart_path(const struct shape *shape)
{
	static struct stop_path *path;
	uint64_t word;
	pid_t pid;

	if (!path)
		path = mmap(NULL, sizeof(*path), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (path == MAP_FAILED)
		hard_error("no memory for a path");
	now->shape = shape;
	do {
		word = *vgr_generation_word;
		fflush(NULL);
		pid = fork();
		if (pid < 0)
			hard_error("fork");
		if (!pid) {
			restart_begin(shape);
			stop_record(path, entry_of(shape), call_to_record);
			_exit(0);
		}
		pass_on(wait_for(pid));
		/* Else the kernel reseeded: the call went another way. */
	} while (*vgr_generation_word != word);
	return path->len < STOP_MAX_STEPS ? path : NULL;
}

/* ---- The signal --------------------------------------------------------------- */

/* What it shows of the call: all registers. */
static void keep_frame(const ucontext_t *context)
{
	const uint8_t *vectors = (const uint8_t *)context->uc_mcontext.fpregs;
	size_t len = 512, sizes_len = sizeof(context->uc_mcontext.gregs);
	uint32_t magic, xstate_len;

	memcpy(&magic, vectors + 464, sizeof(magic));
	memcpy(&xstate_len, vectors + 480, sizeof(xstate_len));
	if (magic == 0x46505853)	/* FP_XSTATE_MAGIC1 */
		len = xstate_len;
	if (now->frame_len + sizes_len + len > MAX_FRAME)
		return;
	memcpy(now->frame + now->frame_len, context->uc_mcontext.gregs,
	       sizes_len);
	now->frame_len += sizes_len;
	memcpy(now->frame + now->frame_len, vectors, len);
	now->frame_len += len;
}

/*
 * A section that was aborted was at work with these, and its run is void.  A
 * first run's key was there before the call.
 */
static void note_dead_keys(void)
{
	const struct vgr_slot *slot = vgr_thread_slot;

	now->ndead_keys = 0;
	if (!vgr_is_unmade(slot->cursor))
		return;
	memcpy(now->dead_keys[0], slot->state->key, VGR_KEY_LEN);
	memcpy(now->dead_keys[1], slot->state->batch, VGR_KEY_LEN);
	now->ndead_keys = 2;
	if (slot->cursor == vgr_next_unmade(now->cursor_before)) {
		memcpy(now->dead_keys[2], now->before.key, VGR_KEY_LEN);
		now->ndead_keys = 3;
	}
}

static bool is_abort_address(uintptr_t at)
{
	const struct stop_section *section;

	for (section = __start_vgr_restart_sections;
	     section < __stop_vgr_restart_sections; section++)
		if (section->abort == at)
			return true;
	return false;
}

static void on_stop(int number, siginfo_t *info, void *context)
{
	const ucontext_t *here = context;
	uintptr_t at = (uintptr_t)here->uc_mcontext.gregs[REG_RIP];
	int saved = errno;

	(void)number;
	(void)info;
	stop_disable(now->breakpoint);
	now->nstops++;
	if (at != now->stop->at) {
		check(is_abort_address(at));
		now->naborts++;
	}
	keep_frame(here);
	if (now->nstops == 1 && now->naborts)
		note_dead_keys();
	now->action->happen();
	errno = saved;
	if (now->action->at_each_pass && now->nstops < MAX_STOPS)
		stop_enable(now->breakpoint);
}

void restart_abandon(void)
{
	siglongjmp(abandon, 1);
}

static void check_answer(ssize_t got)
{
	static const uint8_t filler[16];

	if (got != (ssize_t)now->shape->len)
		restart_wrong("the return value");
	if (errno != 4321)
		restart_wrong("errno");
	if (memcmp(buf + now->shape->len, filler, sizeof(filler)))
		restart_wrong("bytes past the buffer");
}

static void follow(enum giver giver)
{
	static const size_t lens[] = { 16, 8, 100, 1000 };
	uint8_t bytes[1000];
	size_t i;

	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		draw(bytes, lens[i]);
		restart_give(giver, bytes, lens[i]);
	}
}

static void make_the_call(void)
{
	enum giver giver;
	ssize_t got;

	if (sigsetjmp(abandon, 1)) {
		restart_give(IN_BUFFER_LEFT, buf, now->shape->kind == BYTES ?
			     restart_written(buf, now->shape->len) : 0);
		return;
	}
	errno = 4321;
	stop_enable(now->breakpoint);
	got = call();
	stop_disable(now->breakpoint);
	check_answer(got);
	giver = restart_is_child ? BY_CHILDS_CALL : BY_CALL;
	restart_give(giver, buf, now->shape->len);
}

struct outcome restart_run(const struct shape *shape,
			   const struct action *action, const struct stop *stop)
{
	uint64_t word = *vgr_generation_word;
	struct vgetrandom_info before, after;

	now->shape = shape;
	now->action = action;
	now->stop = stop;
	now->nstops = now->naborts = now->ndead_keys = 0;
	now->frame_len = 0;
	restart_begin_record();
	memset(buf, 0, sizeof(buf));

	restart_begin(shape);
	now->breakpoint = stop_set(stop->at,
				   action->at_each_pass ? 1 : stop->nth);
	if (now->breakpoint < 0)
		hard_error("no breakpoint: %d", errno);
	before = info_now();
	make_the_call();
	close(now->breakpoint);
	if (restart_is_child) {
		follow(BY_CHILD);
		after = info_now();
		restart_give_calls(after.system_calls -
				   before.system_calls);
		_exit(0);
	}
	follow(AFTERWARDS);
	after = info_now();
	restart_judge();
	if (after.slots != before.slots)
		restart_wrong("another number of slots");
	return (struct outcome){
		.is_stopped = now->nstops, .is_aborted = now->naborts,
		.is_disturbed = *vgr_generation_word != word,
		.nsystem_calls = after.system_calls - before.system_calls +
				 restart_given_calls(),
		.nrestarts = after.restarts - before.restarts,
		.nstops = now->nstops,
	};
}

void restart_run_unwatched(void)
{
	stop_unwatch();
	now->is_unwatched = true;
}

void restart_init(void)
{
	struct sigaction action = {
		.sa_sigaction = on_stop, .sa_flags = SA_SIGINFO | SA_NODEFER,
	};

	if (sigaction(SIGTRAP, &action, NULL))
		hard_error("sigaction");
	restart_init_judge();
}

#endif
