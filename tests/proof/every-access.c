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
 * may come: the page goes (as in a fork's child), the kernel wants new keys, a
 * handler draws once, or until the slot is left behind, a longjmp and a call of
 * the same or another frame, another thread draws, the thread ends and the call
 * goes on in another.  One event at every access, and two at every two (the
 * second may meet the first one's call): nothing else is left to chance, so
 * this is all there is, within those bounds.
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

/* ---- Beside the library's files -------------------------------------------------- */

static struct vgr_state states[4];
static struct vgr_slot slots[4];
static uint64_t free_bits = 15;
static struct vgr_arena arena = {
	.nslots = 4, .is_free = &free_bits, .slots = slots,
};
static uint64_t kernel_word = 7;

struct vgr_arena *vgr_arena_next(const struct vgr_arena *before)
{
	return before ? NULL : &arena;
}

struct vgr_arena *vgr_arena_of(const struct vgr_slot *slot)
{
	(void)slot;
	return &arena;
}

struct vgr_state *vgr_arena_state(const struct vgr_arena *its, uint32_t index)
{
	(void)its;
	return &states[index];
}

bool vgr_arenas_grow(void) { return false; }
bool vgr_arenas_may_hold_key(const struct vgr_slot *slot) { (void)slot; return true; }

int vgr_host_watch_thread(void) { return 0; }

/* Nothing is known of the stack: what is on it stays. */
int vgr_host_stack(uintptr_t *low, uintptr_t *high)
{
	*low = 1000;
	*high = 1999;
	return 0;
}

const char *vgr_kernel_word_init(void) { return NULL; }
const volatile uint64_t *vgr_kernel_word(void) { return &kernel_word; }
uint64_t vgr_kernel_word_now(void) { return kernel_word; }
enum vgr_word_verdict vgr_kernel_word_certify(void) { return VGR_WORD_AGREES; }
bool vgr_kernel_word_was_certified(void) { return true; }
void vgr_kernel_word_fork_child(void) { }
const char *vgr_vmclock_init(const char *path) { (void)path; return ""; }
uint64_t vgr_vmclock_now(void) { return 0; }
const char *vgr_clock_init(void) { return ""; }
uint64_t vgr_clock_minutes(clockid_t clock) { (void)clock; return 1; }
uint64_t vgr_entropy_nrequests(void) { return 0; }

int vgr_entropy_key(uint8_t key[VGR_KEY_LEN])
{
	uint64_t *words = (uint64_t *)key, n;
	unsigned int i;

	n = ++nkeys << 32;
	for (i = 0; i < VGR_KEY_LEN / 8; i++)
		words[i] = n | i;
	return 0;
}

ssize_t vgr_entropy_request(void *buf, size_t len, unsigned int flags)
{
	(void)flags;
	*(uint64_t *)buf = fresh_word();
	return (ssize_t)len;
}

/* A key that is not whole gives what anybody can foresee. */
static void blocks(uint8_t *out, const void *key, uint64_t counter,
		   size_t nblocks)
{
	const uint64_t *word = key;
	uint64_t *to = (uint64_t *)out, first = word[0];
	unsigned int i;
	bool is_whole = first && word[1] == (first | 1) &&
			word[2] == (first | 2) && word[3] == (first | 3);

	(void)counter;
	(void)nblocks;
	for (i = 0; i < 4; i++)
		to[i] = is_whole ? first | (16 + i) : 0;
	for (; i < 8; i++)
		to[i] = is_whole ? first + 256 + (i - 4) : 0;
}

void (*vgr_chacha20_blocks)(uint8_t *out, const void *key, uint64_t counter,
			    size_t nblocks) = blocks;

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
	serve(word, ndead);
	nmasks--;
}

/* ---- What can happen ------------------------------------------------------------------- */

enum kind { DROP, BUMP, DRAW, DRAW4, JUMP, JUMP_AWAY, OTHER, CARRY, NKINDS };

static const char *const names[] = {
	"drop", "bump", "draw", "draw until left behind", "jump, same frame",
	"jump, other frame", "another thread draws", "exit, and go on elsewhere",
};

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

/* Three are turned away, which is all they do to a slot; then one draws. */
static void draw_four_times(void)
{
	struct vgr_slot *slot = vgr_thread_slot;

	if (slot && slot->inside >= 0)
		slot->inside += 3;
	draw_at(200 + nhappened);
}

static void happen(enum kind kind)
{
	uintptr_t frame = frame_now;

	switch (kind) {
	case DROP:
		memset(states, 0, sizeof(states));
		break;
	case BUMP:
		kernel_word++;
		nkeys_dead = nkeys;
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
		draw_at(200 + nhappened);
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

void one_access(void)
{
	point();
	nmasks++;
}

/* Who looks at accesses makes none himself. */
#define UNSEEN __attribute__((no_sanitize("thread"), noinline))

UNSEEN static bool is_of(const void *at, const void *object, size_t len)
{
	return (uintptr_t)at - (uintptr_t)object < len;
}

UNSEEN static void access_at(const void *at)
{
	if (!nmasks && (is_of(at, slots, sizeof(slots)) ||
			is_of(at, states, sizeof(states)) ||
			is_of(at, &arena, sizeof(arena)) ||
			at == &free_bits || at == &kernel_word ||
			is_of(at, (const void *)thread_slots,
			      sizeof(thread_slots))))
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

static unsigned long nruns, nkept;

/* A thread that made so many requests makes one more, and two. */
static void run(unsigned int nwarm)
{
	unsigned int i;

	memset(states, 0, sizeof(states));
	memset(slots, 0, sizeof(slots));
	free_bits = 15;
	arena.nused = 0;
	thread_slots[0] = thread_slots[1] = NULL;
	this_thread = 0;
	nkeys = nkeys_dead = 0;
	nserved = 0;
	npoints = 0;
	nhappened = 0;
	nmasks = 1;
	nruns++;

	for (i = 0; i < nwarm; i++)
		draw_at(100);
	frame_after = 100;
	nmasks = 0;
	if (!setjmp(abandoned))
		draw_at(100);
	nmasks = 1;
	draw_at(frame_after);
	draw_at(frame_after);

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
	unsigned long npoints_alone, after_one;
	enum kind first, second;
	unsigned long at;

	run_with(nwarm, 0);
	npoints_alone = npoints;
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
