/* SPDX-License-Identifier: MIT */
/*
 * every-access.c - all that can happen to one request, at each access to memory.
 *
 * The library's own api.c, thread.c, generator.c, generation.c and pool.c, with
 * a small state (tests/proof/run makes it small) and a cipher whose every word
 * of output is a number that says of which key it is the how-manyth.  So a word
 * that is served twice, and one of a dead key, can be seen.
 *
 * gcc's thread sanitizer calls us before each access to memory; there one event
 * may come: the page goes, the kernel wants new keys, the program does, or wants
 * none for now, a fork, by libc or past it, a handler draws once, or until the
 * slot is left behind, a longjmp and a call of the same or another frame, another
 * thread draws, the thread ends and the call goes on in another.  So it is while
 * the thread ends, but for what carries its end away.  One event at every access,
 * and two at every two (the second may meet the first one's call): nothing else
 * is left to chance, so this is all there is, within those bounds.
 */
#include "model.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.c"
#undef unlikely
#undef likely
#include "generator.c"
#include "generation.c"
#include "thread.c"
#include "pool.c"

#define MAX_WORDS	24
#define WORD_LEN	8

struct vgr_slot *volatile thread_slots[NTHREADS];
volatile unsigned int this_thread;
volatile uintptr_t frame_now;
volatile unsigned int nmasks = 1;

static unsigned long nbad;
static void bad(const char *claim);

#include "words.h"
#include "beside.h"

static uint64_t forked_at_key;		/* the call may give none up to this */

/* ---- Calls --------------------------------------------------------------------------- */

static void draw_at(uintptr_t frame)
{
	uint64_t word = 0, ndead = nkeys_dead;
	uintptr_t before = frame_now;
	ssize_t got;

	frame_now = frame;
	got = vgetrandom(&word, WORD_LEN, 0);
	frame_now = before;
	nmasks++;
	if (got != WORD_LEN)
		bad("the request is answered");
	/* What died while it was under way, after its last look, is no matter. */
	serve(word, ndead > forked_at_key ? ndead : forked_at_key);
	nmasks--;
}

/* ---- What can happen ------------------------------------------------------------------- */

enum kind {
	DROP, BUMP, RESEED, QUIESCE, FORK, RAW_FORK, DRAW, DRAW4, OTHER,
	JUMP, JUMP_AWAY, CARRY, NKINDS,
	FIRST_TO_LEAVE = JUMP,		/* from here on: the call does not go on */
};

static const char *const names[] = {
	"drop", "bump", "reseed", "quiesce", "fork", "raw fork", "draw",
	"draw until left behind", "another thread draws", "jump, same frame",
	"jump, other frame", "exit, and go on elsewhere",
};

static struct event {
	unsigned long at;
	enum kind kind;
} events[2];

static unsigned int nevents, nhappened;
static unsigned long npoints, last_look, last_look_alone;
static bool is_exiting, is_elsewhere;
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

/* Three are turned away, which is all they do to a slot; then one draws. */
static void draw_four_times(void)
{
	struct vgr_slot *slot = vgr_thread_slot;

	if (slot && slot->inside >= 0)
		slot->inside += 3;
	draw_at(200 + nhappened);
}

static void reseed(void)
{
	uint64_t before = nkeys;

	vgr_generation_bump();
	vgr_pool_mark_stale();
	vgr_generation_set_quiesced(false);
	nkeys_dead = before;
}

static void quiesce(void)
{
	uint64_t before = nkeys;

	vgr_generation_begin_wipe();
	vgr_generation_set_quiesced(true);
	vgr_generation_bump();
	vgr_pool_mark_stale();
	memset(states, 0, sizeof(states));
	vgr_generation_end_wipe();
	nkeys_dead = before;
}

/* We go on as the child.  What the parent has is not ours to give. */
static void be_child(void)
{
	nmasks++;
	memset(states, 0, sizeof(states));
	thread_slots[this_thread ^ 1] = NULL;
	nkeys_dead = nkeys;
	if (nhappened == 1 && npoints <= last_look_alone)
		forked_at_key = nkeys;
	nmasks--;
}

static void fork_by_libc(void)
{
	vgr_pool_fork_prepare();
	be_child();
	vgr_generation_fork_child();
	vgr_pool_fork_child(vgr_thread_identity(), vgr_thread_slot);
}

static void happen(enum kind kind)
{
	uintptr_t frame = frame_now;

	if (is_exiting && kind >= FIRST_TO_LEAVE)
		return;
	/* In another thread's child we are no more. */
	if (is_elsewhere && (kind == FORK || kind == RAW_FORK))
		return;
	switch (kind) {
	case DROP:
		memset(states, 0, sizeof(states));
		break;
	case BUMP:
		kernel_word++;
		nkeys_dead = nkeys;
		break;
	case RESEED:
		reseed();
		break;
	case QUIESCE:
		quiesce();
		break;
	case FORK:
		fork_by_libc();
		break;
	case RAW_FORK:
		be_child();
		break;
	case DRAW:
		draw_at(200 + nhappened);
		break;
	case DRAW4:
		draw_four_times();
		break;
	case JUMP:
	case JUMP_AWAY:
		frame_after = kind == JUMP ? 100 : 300;
		longjmp(abandoned, 1);
	case OTHER:
		this_thread ^= 1;
		is_elsewhere = true;
		draw_at(200 + nhappened);
		is_elsewhere = false;
		this_thread ^= 1;
		break;
	case CARRY:
		vgr_thread_exit();
		this_thread ^= 1;
		draw_at(200 + nhappened);
		break;
	default:
		break;
	}
	frame_now = frame;
}

static void point(void)
{
	if (nmasks)
		return;
	npoints++;
	if (nhappened < nevents && events[nhappened].at == npoints) {
		nhappened++;
		happen(events[nhappened - 1].kind);
	}
}

#include "hooks.h"

/* ---- One run ------------------------------------------------------------------------------- */

static unsigned long nruns, nkept;

static bool is_zero(const void *at, size_t len)
{
	const uint8_t *bytes = at;

	while (len--)
		if (bytes[len])
			return false;
	return true;
}

static bool has(enum kind first, enum kind last)
{
	unsigned int i;

	for (i = 0; i < nevents; i++)
		if (events[i].kind >= first && events[i].kind <= last)
			return true;
	return false;
}

/* Every call has come to its end. */
static bool is_calm(void)
{
	return !has(FIRST_TO_LEAVE, NKINDS);
}

static void check_states(void)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		if ((free_bits >> i & 1 || quiesced) &&
		    (!is_zero(states[i].batch, VGR_BATCH_LEN) ||
		     !is_zero(states[i].key, VGR_KEY_LEN)))
			bad("a free slot, or one of a quiesced program, holds no key");
}

static void exit_thread(void)
{
	is_exiting = true;
	nmasks = 0;
	vgr_thread_exit();
	nmasks = 1;
	is_exiting = false;
}

static void set_up(void)
{
	memset(states, 0, sizeof(states));
	memset(slots, 0, sizeof(slots));
	free_bits = 15;
	arena.nused = 0;
	thread_slots[0] = thread_slots[1] = NULL;
	this_thread = 0;
	vgr_generation_set_quiesced(false);
	nwipes = 0;
	nkeys = nkeys_dead = forked_at_key = 0;
	nserved = 0;
	npoints = 0;
	nhappened = 0;
	is_elsewhere = false;
	nmasks = 1;
	nruns++;
}

/* A thread that made so many requests makes one more, and two, and ends. */
static void run(unsigned int nwarm)
{
	unsigned int i;

	set_up();
	for (i = 0; i < nwarm; i++)
		draw_at(100);
	frame_after = 100;
	nmasks = 0;
	if (!setjmp(abandoned))
		draw_at(100);
	nmasks = 1;
	forked_at_key = 0;
	draw_at(frame_after);
	draw_at(frame_after);
	if (is_calm())
		check_states();
	exit_thread();

	/* Another, that may get its slot, and another after that. */
	this_thread ^= 1;
	draw_at(100);
	draw_at(100);
	vgr_thread_exit();
	if (is_calm())
		check_states();
	nkept += free_bits != 15;
	/* Nobody tells the child of a raw fork that it has lost a thread. */
	if (is_calm() && !has(RAW_FORK, RAW_FORK) && free_bits != 15)
		bad("no slot is lost");
}

static void run_with(unsigned int nwarm, unsigned int n)
{
	nevents = n;
	run(nwarm);
}

static void try_all(unsigned int nwarm)
{
	unsigned long npoints_alone, after_one;
	enum kind first, second;
	unsigned long at;

	run_with(nwarm, 0);
	npoints_alone = npoints;
	last_look_alone = last_look;
	for (at = 1; at <= npoints_alone; at++)
		for (first = 0; first < NKINDS; first++) {
			events[0] = (struct event){ at, first };
			run_with(nwarm, 1);
			after_one = npoints;
			for (second = 0; second < NKINDS; second++) {
				events[1].kind = second;
				for (events[1].at = at + 1;
				     events[1].at <= after_one; events[1].at++)
					run_with(nwarm, 2);
			}
		}
	printf("%u requests before: %lu accesses, %lu runs, %lu bad, %lu that keep a slot\n",
	       nwarm, npoints_alone, nruns, nbad, nkept);
	fflush(stdout);
}

int main(void)
{
	served_flags = 0;
	vgr_generation_init(NULL);
	vgr_thread_open();
	try_all(0);
	try_all(1);
	try_all(4);
	return nbad || !nruns;
}
