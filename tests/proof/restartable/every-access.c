/* SPDX-License-Identifier: MIT */
/*
 * every-access.c - all that can happen to one request, at each access to memory.
 *
 * The library's own api.c, thread.c, generator.c, generation.c, pool.c and, for
 * slots that are restartable, restart.c, with a small state (tests/proof/run
 * makes it small) and a cipher whose every word of output is a number that says
 * of which key it is the how-manyth.  So a word that is served twice, and one of
 * a dead key, can be seen.
 *
 * gcc's thread sanitizer calls us before each access to memory; there one event
 * may come: the page goes (as in a fork's child), the kernel wants new keys, a
 * handler draws, longjmps, goes on in another thread or in another call and
 * comes back: all of events.h.  One event at every access, and two at every two
 * (the second may meet the first one's call): nothing else is left to chance, so
 * this is all there is, within those bounds.
 *
 * Behind doors (no VGR_CAN_RESTART), or in restartable sequences (section.h),
 * which an event in their thread ends where they are.
 */
#include "model.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "api.c"
#include "generator.c"
#include "generation.c"
#include "thread.c"
#include "pool.c"
#ifdef VGR_CAN_RESTART
#include "restart.c"
#endif

#define MAX_WORDS	48
#define MAX_KEYS	64
#define WORD_LEN	8
#define NBATCH		(VGR_BATCH_LEN / WORD_LEN)

/* Where an access is one at which something may happen. */
#define SEEN __attribute__((section("seen"), aligned(64)))
extern const char __start_seen[], __stop_seen[];

SEEN struct vgr_slot *volatile thread_slots[NTHREADS];
volatile unsigned int this_thread;
volatile uintptr_t frame_now;
volatile unsigned int nmasks = 1;
volatile int32_t cpu_of_thread[NTHREADS];
static volatile bool is_in_kernel;

static unsigned long nbad;
static void bad(const char *claim);

#include "words.h"
#include "beside.h"
#include "events.h"

void one_access(void)
{
	point();
	nmasks++;
}

/* Who looks at accesses makes none himself. */
#define UNSEEN __attribute__((no_sanitize("thread"), noinline))

UNSEEN static void access_at(const void *at)
{
	if (!nmasks && (uintptr_t)at - (uintptr_t)__start_seen <
		       (uintptr_t)(__stop_seen - __start_seen))
		point();
}

#define HOOK(name) \
	void __tsan_##name(const void *at); \
	UNSEEN void __tsan_##name(const void *at) { access_at(at); }
HOOK(read1) HOOK(read2) HOOK(read4) HOOK(read8) HOOK(read16)
HOOK(write1) HOOK(write2) HOOK(write4) HOOK(write8) HOOK(write16)
HOOK(unaligned_read2) HOOK(unaligned_read4) HOOK(unaligned_read8)
HOOK(unaligned_write2) HOOK(unaligned_write4) HOOK(unaligned_write8)

#define EMPTY(declaration) declaration; UNSEEN declaration { }
EMPTY(void __tsan_read_range(const void *at __attribute__((unused)),
			     size_t len __attribute__((unused))))
EMPTY(void __tsan_write_range(const void *at __attribute__((unused)),
			      size_t len __attribute__((unused))))
EMPTY(void __tsan_init(void))
EMPTY(void __tsan_func_entry(void *from __attribute__((unused))))
EMPTY(void __tsan_func_exit(void))
EMPTY(void __tsan_atomic_thread_fence(int order __attribute__((unused))))
EMPTY(void __tsan_atomic_signal_fence(int order __attribute__((unused))))

/* ---- One run ------------------------------------------------------------------------------- */

static unsigned long nruns, nkept, nrefused;

static void begin_again(void)
{
	memset(states, 0, sizeof(states));
	memset(slots, 0, sizeof(slots));
	free_bits = 15;
	arena.nused = 0;
	thread_slots[0] = thread_slots[1] = NULL;
	this_thread = 0;
	nkeys = nkeys_dead = 0;
	nserved = 0;
	memset(is_key_used, 0, sizeof(is_key_used));
	memset(is_key_spoilt, 0, sizeof(is_key_spoilt));
	npoints = 0;
	nhappened = 0;
	nothers = 0;
	other_is_begun = false;
	is_in_kernel = false;
	nmasks = 1;
}

/* Nothing happens any more: a thread that has a slot is served from that. */
static void draw_in_peace(bool may_fail)
{
	bool has_slot = vgr_thread_has_slot();
	uint64_t word = draw_at(frame_after, 1);

	if (!vgr_restart_is_on() || !has_slot || !is_from_kernel(word))
		return;
	nrefused++;
	if (!may_fail)
		bad("the slot serves afterwards");
}

/* What is in the batches of both threads, and of what key the next ones are. */
static void drain(void)
{
	unsigned int i, thread;

	for (thread = 0; thread < NTHREADS; thread++, this_thread ^= 1)
		for (i = 0; vgr_thread_has_slot() && i < NBATCH + 2; i++)
			draw_in_peace(!i);
}

/* A thread that made so many requests makes one more, and two. */
static void run(unsigned int nwarm)
{
	unsigned int i;

	begin_again();
	nruns++;
	for (i = 0; i < nwarm; i++)
		draw_at(100, 1);
	frame_after = 100;
	nmasks = 0;
	if (!setjmp(abandoned))
		draw_at(100, nwanted);
	nmasks = 1;
	end_sections();
	nothers = 0;
	draw_in_peace(true);
	end_other_call();
	draw_in_peace(true);
	if (vgr_restart_is_on())
		drain();

	vgr_thread_exit();
	this_thread ^= 1;
	vgr_thread_exit();
	nkept += free_bits != 15;
}

static void run_with(unsigned int nwarm, unsigned int n)
{
	nevents = n;
	run(nwarm);
}

static void try_all(unsigned int nwarm)
{
	unsigned long npoints_alone, after_one, nbefore = nruns;
	unsigned int first, second;
	unsigned long at;

	run_with(nwarm, 0);
	npoints_alone = npoints;
	for (at = 1; at <= npoints_alone; at++)
		for (first = 0; first < NTRIED; first++) {
			events[0] = (struct event){ at, tried[first] };
			run_with(nwarm, 1);
			after_one = npoints;
			for (second = 0; second < NTRIED; second++) {
				if (!is_worth(tried[first], tried[second]))
					continue;
				events[1].kind = tried[second];
				for (events[1].at = at + 1;
				     events[1].at <= after_one; events[1].at++)
					run_with(nwarm, 2);
			}
		}
	printf("%u requests before, %u words: %lu accesses, %lu runs, %lu bad so far, %lu that keep a slot, %lu refused\n",
	       nwarm, nwanted, npoints_alone, nruns - nbefore, nbad, nkept, nrefused);
	fflush(stdout);
}

/* every-access [requests-before words-wanted]... */
int main(int argc, char **argv)
{
	unsigned int i;

	served_flags = 0;
	vgr_generation_init(NULL);
	vgr_thread_open();
	set_up_road();
	for (i = 1; i + 1 < (unsigned int)argc; i += 2) {
		nwanted = (unsigned int)atoi(argv[i + 1]);
		try_all((unsigned int)atoi(argv[i]));
	}
	return nbad || !nruns;
}
