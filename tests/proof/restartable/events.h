/* SPDX-License-Identifier: MIT */
/*
 * events.h - the calls, and what can happen at an access of one.  Part of
 * every-access.c.
 */
#ifndef PROOF_EVENTS_H
#define PROOF_EVENTS_H

/* ---- Calls --------------------------------------------------------------------------- */

#define MAX_WANTED	8
#define MAX_POINTS	100000

static unsigned int nwanted = 1;	/* words, by the call that all is about */

static uint64_t draw_at(uintptr_t frame, unsigned int n)
{
	uint64_t words[MAX_WANTED] = { 0 }, ndead = nkeys_dead;
	uintptr_t before = frame_now;
	unsigned int i;
	ssize_t got;

	frame_now = frame;
	got = vgetrandom(words, n * WORD_LEN, 0);
	frame_now = before;
	nmasks++;
	if (got != n * WORD_LEN)
		bad("the request is answered");
	/* What died while it was under way, after its last look, is no matter. */
	for (i = 0; i < n; i++)
		serve(words[i], ndead);
	nmasks--;
	return words[0];
}

/* ---- What can happen ------------------------------------------------------------------- */

enum kind {
	/* On another processor: a section goes on. */
	DROP, BUMP, OTHER,
	/* In a handler of ours, which may go elsewhere. */
	DRAW, DRAW4, REFILL, JUMP, JUMP_AWAY, CARRY, MOVE, SWITCH, SWITCH_MOVE,
	RESEED, FORK,
	/* Another thread's turn on this processor. */
	PREEMPT,
};

static const char *const names[] = {
	"drop", "bump", "another thread draws", "draw", "draw until left behind",
	"draw all of a batch", "jump, same frame", "jump, other frame",
	"exit, and go on elsewhere", "go on elsewhere", "switch to another call",
	"switch to another call, which ends elsewhere", "reseed",
	"fork", "preempt",
};

static const enum kind tried[] = {
#ifdef VGR_CAN_RESTART
	DROP, BUMP, OTHER, DRAW, REFILL, JUMP, CARRY, MOVE, SWITCH, SWITCH_MOVE,
	RESEED, FORK, PREEMPT,
#else
	DROP, BUMP, DRAW, DRAW4, JUMP, JUMP_AWAY, OTHER, CARRY,
#endif
};

#define NTRIED	(sizeof(tried) / sizeof(tried[0]))

static struct event {
	unsigned long at;
	enum kind kind;
} events[2];

static unsigned int nevents, nhappened;
static unsigned long npoints;
static jmp_buf abandoned;
static uintptr_t frame_after;

static void bad(const char *claim)
{
	unsigned int i;

	nbad++;
	printf("not true: %s:", claim);
	for (i = 0; i < nevents; i++)
		printf(" %s at %lu;", names[events[i].kind], events[i].at);
	printf("\n");
	if (nbad == 10)
		exit(1);
}

static bool is_switch(enum kind kind)
{
	return kind == SWITCH || kind == SWITCH_MOVE;
}

/* To another call and back, and the same without the way back: a draw. */
static bool is_worth(enum kind first, enum kind second)
{
	return is_switch(first) ? second == SWITCH : !is_switch(second);
}

/* A section goes on if this happens, and a system call that is at work. */
static bool is_elsewhere(enum kind kind)
{
	return kind == DROP || kind == BUMP || kind == OTHER;
}

#ifdef VGR_CAN_RESTART
static void end_sections(void)
{
	interrupt(0);
	interrupt(1);
}

static void set_up_road(void)
{
	vgr_restart_field = 1;
}
#else
static void interrupt(unsigned int thread) { (void)thread; }
static void end_sections(void) { }
static void set_up_road(void) { }
#endif

/* Three are turned away, which is all they do to a slot; then one draws. */
static void draw_four_times(void)
{
	struct vgr_slot *slot = vgr_thread_slot;

	if (slot && slot->inside >= 0)
		slot->inside += 3;
	draw_at(200 + nhappened, 1);
}

/* ---- Another call, begun meanwhile ------------------------------------------------------ */

static ucontext_t main_context, other_context;
static char other_stack[64 << 10];
static bool other_is_begun, other_is_over;
static unsigned int nothers;		/* threads that wait for another one */

static void other_call(void)
{
	draw_at(400, 1);
	other_is_over = true;
}

/* The first time to the other call, the second time back. */
static void switch_context(void)
{
	if (other_is_begun) {
		if (!other_is_over)
			swapcontext(&other_context, &main_context);
		return;
	}
	other_is_begun = true;
	other_is_over = false;
	getcontext(&other_context);
	other_context.uc_stack.ss_sp = other_stack;
	other_context.uc_stack.ss_size = sizeof(other_stack);
	other_context.uc_link = &main_context;
	makecontext(&other_context, other_call, 0);
	swapcontext(&main_context, &other_context);
}

static void end_other_call(void)
{
	unsigned int thread = this_thread;

	if (!other_is_begun || other_is_over)
		return;
	if (events[0].kind == SWITCH_MOVE) {
		this_thread ^= 1;
		draw_at(500, 1);
	}
	swapcontext(&main_context, &other_context);
	this_thread = thread;
}

/* ------------------------------------------------------------------------------------------ */

/* A handler's; a key that is made meanwhile may be older or not. */
static void reseed(void)
{
	uint64_t ndead = nkeys;

	vgr_generation_bump();
	vgr_pool_mark_stale();
	if (nkeys_dead < ndead)
		nkeys_dead = ndead;
}

/* We are the child from here on: there is no other thread. */
static void fork_here(void)
{
	vgr_pool_fork_prepare();
	memset(states, 0, sizeof(states));
	if (nothers)
		return;
	thread_slots[this_thread ^ 1] = NULL;
	vgr_pool_fork_child(vgr_thread_identity(), vgr_thread_slot);
}

static void go_elsewhere(void)
{
	this_thread ^= 1;
	interrupt(this_thread);
	draw_at(200 + nhappened, 1);
}

static void happen(enum kind kind)
{
	uintptr_t frame = frame_now;
	unsigned int i;

	if (!is_elsewhere(kind))
		interrupt(this_thread);
	switch (kind) {
	case DROP:
		memset(states, 0, sizeof(states));
		break;
	case BUMP:
		kernel_word++;
		nkeys_dead = nkeys;
		break;
	case DRAW:
		draw_at(200 + nhappened, 1);
		break;
	case DRAW4:
		draw_four_times();
		break;
	case REFILL:
		for (i = 0; i < NBATCH + 1; i++)
			draw_at(200 + nhappened, 1);
		break;
	case JUMP:
	case JUMP_AWAY:
		frame_after = kind == JUMP ? 100 : 300;
		longjmp(abandoned, 1);
	case OTHER:
		nothers++;
		this_thread ^= 1;
		draw_at(200 + nhappened, 1);
		this_thread ^= 1;
		nothers--;
		break;
	case CARRY:
		vgr_thread_exit();
		go_elsewhere();
		break;
	case MOVE:
		go_elsewhere();
		break;
	case SWITCH:
	case SWITCH_MOVE:
		switch_context();
		break;
	case RESEED:
		reseed();
		break;
	case FORK:
		fork_here();
		break;
	default:
		break;
	}
	frame_now = frame;
}

static void point(void)
{
	enum kind kind;

	if (nmasks)
		return;
	if (++npoints == MAX_POINTS) {
		bad("the request comes to an end");
		exit(1);
	}
	if (nhappened == nevents || events[nhappened].at != npoints)
		return;
	kind = events[nhappened++].kind;
	if (!is_in_kernel || is_elsewhere(kind))
		happen(kind);
}

#endif
