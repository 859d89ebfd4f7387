/* SPDX-License-Identifier: MIT */
/*
 * Claim: no call of the library uses more than 512 bytes of stack (on x86_64; 640
 * on aarch64, where the vDSO takes more), neither as a
 * thread's first one, nor with a stale key, nor in a signal handler that found
 * another call inside; seen on stacks that were painted before.
 *
 * To see it fail: put an array of 600 bytes into vgr_generator_fill.
 */
#include <fcntl.h>
#include <linux/random.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <ucontext.h>

#include "check-draw.h"
#include "check-inside.h"
#include "check-mapping.h"
#include "check-opaque.h"
#include "check-sanitizer.h"
#include "check-tier.h"
#include "check.h"
#include "pool.h"

/* Elsewhere than on x86_64: see stack-frames.sh. */
#if defined(__x86_64__)
#define LIMIT		512
#elif defined(__aarch64__)
#define LIMIT		640
#else
#define LIMIT		2048
#endif
#define STACK_LEN	((size_t)256 * 1024)
#define PAINT		0xb7

static uint8_t buf[20000];
static uint8_t opaque[OPAQUE_STATE_LEN]
	__attribute__((aligned(OPAQUE_STATE_LEN)));
static int random_device;

/* ---- The calls -------------------------------------------------------------- */

static void nothing(void) { }
static void draw_small(void) { vgetrandom(buf, 16, 0); }
static void draw_batch(void) { vgetrandom(buf, VGR_BATCH_LEN, 0); }
static void draw_bulk(void) { vgetrandom(buf, sizeof(buf), 0); }
static void draw_flagged(void) { vgetrandom(buf, 16, GRND_NONBLOCK); }
static void draw_refused(void) { vgetrandom(buf, 16, 0x80); }
static void draw_buf(void) { vgetrandom_buf(buf, sizeof(buf)); }
static void draw_u32(void) { vgetrandom_u32(); }
static void draw_u64(void) { vgetrandom_u64(); }
static void draw_uniform32(void) { vgetrandom_uniform32(3000000000u); }
static void draw_uniform64(void) { vgetrandom_uniform64(3ull << 62); }
static void prepare(void) { vgetrandom_prepare(); }
static void quiesce(void) { vgetrandom_quiesce(); }
static void reseed(void) { vgetrandom_reseed(); }
static void ask_version(void) { vgetrandom_version(); }

static void draw_opaque(void)
{
	vgetrandom_opaque(buf, sizeof(buf), 0, opaque, sizeof(opaque));
}

static void ask_opaque(void)
{
	vgetrandom_opaque(NULL, 0, 0, buf, ~0ul);
}

static void ask_info(void)
{
	static struct vgetrandom_info info = { .size = sizeof(info) };

	vgetrandom_info(&info);
}

static void reseed_kernel(void)
{
	if (random_device >= 0)
		ioctl(random_device, RNDRESEEDCRNG);
}

/* All that an arena has, so that the next claim maps another. */
static void use_up_slots(void)
{
	uint64_t nleft = info_now().slots_mapped - info_now().slots, i;

	for (i = 0; i < nleft; i++)
		vgr_pool_claim(0);
}

static const struct call {
	const char *name;
	void (*before)(void);		/* on any stack */
	void (*make)(void);
} calls[] = {
	{ "vgetrandom, 16 bytes", nothing, draw_small },
	{ "vgetrandom, 16 bytes, stale", reseed, draw_small },
	{ "vgetrandom, 16 bytes, kernel reseeded", reseed_kernel, draw_small },
	{ "vgetrandom, a batch", nothing, draw_batch },
	{ "vgetrandom, a batch, stale", reseed, draw_batch },
	{ "vgetrandom, 20000 bytes", nothing, draw_bulk },
	{ "vgetrandom, 20000 bytes, stale", reseed, draw_bulk },
	{ "vgetrandom with a flag", nothing, draw_flagged },
	{ "vgetrandom, refused", nothing, draw_refused },
	{ "vgetrandom_buf", nothing, draw_buf },
	{ "vgetrandom_buf, stale", reseed, draw_buf },
	{ "vgetrandom_u32", nothing, draw_u32 },
	{ "vgetrandom_u32, stale", reseed, draw_u32 },
	{ "vgetrandom_u64", nothing, draw_u64 },
	{ "vgetrandom_u64, stale", reseed, draw_u64 },
	{ "vgetrandom_uniform32", nothing, draw_uniform32 },
	{ "vgetrandom_uniform32, stale", reseed, draw_uniform32 },
	{ "vgetrandom_uniform64", nothing, draw_uniform64 },
	{ "vgetrandom_uniform64, stale", reseed, draw_uniform64 },
	{ "vgetrandom_opaque", nothing, draw_opaque },
	{ "vgetrandom_opaque, stale", reseed, draw_opaque },
	{ "vgetrandom_opaque, asked", nothing, ask_opaque },
	{ "vgetrandom_prepare", nothing, prepare },
	{ "vgetrandom_info", nothing, ask_info },
	{ "vgetrandom_version", nothing, ask_version },
	{ "vgetrandom_quiesce", nothing, quiesce },
	{ "vgetrandom, quiesced", nothing, draw_small },
	{ "vgetrandom_reseed", nothing, reseed },
};
#define NCALLS (sizeof(calls) / sizeof(calls[0]))

/* ---- Painted stacks ----------------------------------------------------------- */

static void paint(uint8_t *stack)
{
	memset(stack, PAINT, STACK_LEN);
}

/* From the deepest byte of another colour to the top. */
static size_t depth(const uint8_t *stack)
{
	size_t at = 0;

	while (at < STACK_LEN && stack[at] == PAINT)
		at++;
	return STACK_LEN - at;
}

static void judge(const char *where, const char *name, size_t used,
		  size_t *most)
{
	if (used > *most)
		*most = used;
	if (used <= LIMIT)
		return;
	printf("%s, %s: %zu bytes\n", name, where, used);
	check_failed(__FILE__, __LINE__, "no call needs more than the limit");
}

/* On a context of its own. */
static size_t depth_in_context(void (*make)(void))
{
	static uint8_t stack[STACK_LEN] __attribute__((aligned(64)));
	ucontext_t here, there;

	paint(stack);
	if (getcontext(&there))
		hard_error("getcontext");
	there.uc_stack.ss_sp = stack;
	there.uc_stack.ss_size = sizeof(stack);
	there.uc_link = &here;
	makecontext(&there, make, 0);
	if (swapcontext(&here, &there))
		hard_error("swapcontext");
	return depth(stack);
}

/* In a handler, on a signal stack, in the middle of a request. */
static uint8_t *signal_stack;
static void (*in_handler)(void);

static void five_times(void)
{
	int i;

	for (i = 0; i < 5; i++)
		in_handler();
}

static size_t depth_in_handler(void (*make)(void))
{
	uint8_t *outer;

	in_handler = make;
	paint(signal_stack);
	outer = inside_arm(2000, 1000, five_times);
	draw(outer, 2000);
	check_eq(inside_disarm(), 1);
	return depth(signal_stack);
}

/* ---- Threads that measure ----------------------------------------------------- */

/* One call, the thread's first. */
static void *as_first(void *argument)
{
	static size_t most;
	const struct call *call = argument;
	size_t bottom = depth_in_context(nothing);

	judge("a thread's first", call->name,
	      depth_in_context(call->make) - bottom, &most);
	return &most;
}

static void *as_usual(void *unused)
{
	static size_t most;
	size_t bottom = depth_in_context(nothing), i;

	(void)unused;
	draw_small();
	for (i = 0; i < NCALLS; i++) {
		calls[i].before();
		judge("as usual", calls[i].name,
		      depth_in_context(calls[i].make) - bottom, &most);
	}
	return &most;
}

static void *inside_another(void *unused)
{
	stack_t stack = { .ss_size = STACK_LEN };
	static size_t most;
	size_t bottom, i;

	(void)unused;
	stack.ss_sp = signal_stack = malloc(STACK_LEN);
	if (!signal_stack || sigaltstack(&stack, NULL))
		hard_error("sigaltstack");
	inside_init(SA_ONSTACK);
	bottom = depth_in_handler(nothing);
	for (i = 0; i < NCALLS; i++) {
		vgetrandom_reseed();	/* a system call can't be stopped */
		calls[i].before();
		judge("in a handler", calls[i].name,
		      depth_in_handler(calls[i].make) - bottom, &most);
	}
	return &most;
}

static size_t in_thread(void *(*body)(void *), const struct call *call)
{
	pthread_t thread;
	void *most;

	if (pthread_create(&thread, NULL, body, (void *)call) ||
	    pthread_join(thread, &most))
		hard_error("pthread_create");
	return *(size_t *)most;
}

int main(void)
{
	static const struct call growing = {
		"vgetrandom, with a new arena", nothing, draw_small
	};
	size_t most = 0, i;

	check_tier();
	skip_if_sanitized();
#ifndef __OPTIMIZE__
	skip("the compiler was not asked for small frames");
#endif
	random_device = open("/dev/urandom", O_RDWR);
	for (i = 0; i < NCALLS; i++)
		most = in_thread(as_first, &calls[i]);
	vgetrandom_reseed();
	printf("at most %zu bytes in a thread's first call, ", most);
	printf("%zu as usual", in_thread(as_usual, NULL));
	if (info_now().is_active) {
		printf(", %zu in a handler", in_thread(inside_another, NULL));
		use_up_slots();
		most = in_thread(as_first, &growing);
	}
	printf("\n");
	return 0;
}
