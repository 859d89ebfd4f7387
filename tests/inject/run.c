/* SPDX-License-Identifier: MIT */
/*
 * run.c - one call with its faults, what follows it, and the verdict.
 */
#include "run.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "count.h"
#include "generation.h"
#include "record.h"
#include "road.h"
#include "verdict.h"
#include "vgetrandom.h"

#define MAX_AGAIN	8		/* the kernel reseeded by itself */

static struct plan current, *const plan = &current;
static uint8_t buf[MAX_LEN + 64], before[MAX_LEN];
static bool is_stopped, is_second_done, was_abandoned;

/* The call's own stack, for a thread that ends before its call. */
static uint8_t call_stack[128 * 1024] __attribute__((aligned(64)));

/* ---- The call, and what follows --------------------------------------------- */

/* errno's place is looked up anew: the call may end in another thread. */
static __attribute__((noinline)) void set_errno(int number)
{
	errno = number;
}

static __attribute__((noinline)) int get_errno(void)
{
	return errno;
}

static void second_stop(void)
{
	int saved = get_errno();

	if (verdict_may_stand(plan, plan->second, reach_stopped_at())) {
		is_second_done = true;
		plan->second->happen();
	}
	set_errno(saved);
}

static void first_stop(void)
{
	int saved = get_errno();

	is_stopped = true;
	if (plan->second && plan->distance)
		reach_again(plan->distance, second_stop);
	plan->first->happen();
	if (plan->second && !plan->distance) {
		is_second_done = true;
		plan->second->happen();
	}
	set_errno(saved);
}

static __attribute__((noinline)) void note_answer(ssize_t got, size_t len)
{
	static const uint8_t filler[64] = { [0 ... 63] = 0xa5 };

	if (got != (ssize_t)len || get_errno() != 4321)
		record_bad(BAD_ANSWER);
	else
		record_output(RECORD_CALL, buf, len);
	if (memcmp(buf + len, filler, 64))
		record_bad(BAD_ANSWER);
}

/* What is left of a call that was abandoned: bytes that nobody may get again. */
static void note_abandoned(void)
{
	size_t first = 0, end = plan->shape->len;

	while (end && buf[end - 1] == 0xa5)
		end--;
	while (first < end && buf[first] == 0xa5)
		first++;
	record_output(RECORD_ABANDONED, buf + first, end - first);
}

/* "longjmp, then" is where the jump goes. */
static void second_after_jump(void)
{
	if (plan->second && !plan->distance && !is_second_done) {
		is_second_done = true;
		plan->second->happen();
	}
}

static void make_the_call(void)
{
	volatile int again = 0;
	ssize_t got;

	/* With the frame of a call that was left, its state is free again. */
	if (plan->subject == &subject_opaque)
		plan->subject->call(buf, 1);
	if (!plan->subject->begin(plan->shape))
		return;
	if (plan->subject->foretell(before, plan->shape->len))
		record_output(RECORD_BEFORE, before, plan->shape->len);

	memset(buf, 0xa5, sizeof(buf));
	again = sigsetjmp(run.abandon, 1);
	if (again) {
		reach_disarm();
		if (!was_abandoned) {
			was_abandoned = true;
			note_abandoned();
			second_after_jump();
		}
		if (again == 1)
			return;
		memset(buf, 0xa5, sizeof(buf));
	} else {
		reach_arm(plan->path, plan->boundary, plan->subject->entry(),
			  first_stop);
	}
	set_errno(4321);
	REACH_GO();
	got = plan->subject->call(buf, plan->shape->len);
	reach_disarm();
	note_answer(got, plan->shape->len);
}

static void follow_once(void)
{
	draw_and_record(32);
}

static bool is_slow_allowed(void)
{
	/* A thread that has ended; a state that nobody can know to be free. */
	return plan->subject == &subject_exit || plan->path->len == 0 ||
	       plan->shape->start == START_LAST ||
	       plan->shape->start == START_REFUSED ||
	       (was_abandoned && road_is_stuck()) ||
	       (was_abandoned && plan->subject == &subject_opaque);
}

/* Nothing is left of what was quiesced. */
static void check_quiesced(void)
{
	const uint8_t *state = plan->subject->state();
	size_t i;

	for (i = 0; state && i < plan->subject->state_len; i++)
		if (state[i] && (i < 40 || i >= 48))	/* no secrets there */
			record_bad(BAD_REST);
}

static void follow(void)
{
	static const size_t lens[] = { 16, 32, 100, 16 };
	size_t i;

	if (run.is_quiesced) {
		/* Left in the middle, a call can't clear up: the next one does. */
		if (plan->subject->has_slots && plan->subject != &subject_exit &&
		    plan->subject != &subject_reseed && !was_abandoned)
			check_quiesced();
		vgetrandom_reseed();
	}
	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++)
		draw_and_record(lens[i]);
	/* Three were turned away, the fourth fetched a key for a new slot. */
	if (count_syscalls(follow_once) && !is_slow_allowed())
		record_bad(BAD_SLOW);
	draw_and_record(200);
}

static void wait_for_children(void)
{
	int status;

	while (run.nchildren) {
		if (waitpid(run.children[--run.nchildren], &status, 0) < 0 ||
		    status)
			record_bad(BAD_CRASH);
	}
}

static void call_and_follow(void)
{
	make_the_call();
	if (plan->subject != &subject_exit)
		resume_other_context();
	follow();
	if (run.process) {
		wait_for_children();
		_exit(0);
	}
}

/* ---- Threads ------------------------------------------------------------------ */

static void on_own_stack(void)
{
	call_and_follow();
	setcontext(&run.elsewhere);
}

/* The thread whose call it is; with a stack for the call that outlives it. */
static void *thread_body(void *unused)
{
	ucontext_t call;

	(void)unused;
	if (!(plan->first->flags & NEEDS_THREAD) &&
	    !(plan->second && plan->second->flags & NEEDS_THREAD)) {
		call_and_follow();
		return NULL;
	}
	getcontext(&call);
	call.uc_stack.ss_sp = call_stack;
	call.uc_stack.ss_size = sizeof(call_stack);
	makecontext(&call, on_own_stack, 0);
	swapcontext(&run.elsewhere, &call);
	return NULL;
}

static void *next_thread(void *unused)
{
	(void)unused;
	run.is_away = false;
	draw_and_record(64);
	if (run.is_other_inside)
		resume_other_context();
	else
		swapcontext(&run.elsewhere, &run.interrupted);
	return NULL;
}

void run_in_thread(void *(*body)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, body, NULL) ||
	    pthread_join(thread, NULL))
		hard_error("no thread");
	if (!run.is_away)	/* else what was armed comes with the call */
		reach_disarm();
}

bool run_needs_thread(const struct subject *subject, const struct shape *shape)
{
	return shape->start >= START_IN_THREAD || subject == &subject_exit;
}

static bool needs_thread(void)
{
	return plan->first->flags & NEEDS_THREAD ||
	       (plan->second && plan->second->flags & NEEDS_THREAD) ||
	       run_needs_thread(plan->subject, plan->shape);
}

static void run_in_its_thread(void)
{
	if (!needs_thread()) {
		thread_body(NULL);
		return;
	}
	run_in_thread(thread_body);
	while (run.is_away || run.is_other_inside)
		run_in_thread(next_thread);
	if (run.is_exiting && plan->subject->has_slots)
		draw_and_record(64);	/* by a thread with another slot */
}

/* ---- One run -------------------------------------------------------------------- */

static unsigned int run_and_judge(const struct plan *wanted)
{
	uint64_t nslots;

	current = *wanted;
	run = (struct run){ .subject = plan->subject, .handler_len = 32 };
	is_stopped = false;
	is_second_done = false;
	was_abandoned = false;
	record_reset();
	vgetrandom_prepare();
	nslots = verdict_count_slots();
	alarm(30);
	run_in_its_thread();
	wait_for_children();
	if (!is_stopped)
		record_bad(BAD_UNREACHED);
	plan->subject->end();
	if (run.is_quiesced)
		vgetrandom_reseed();
	if (verdict_count_slots() > nslots + other_context.nheld &&
	    !verdict_may_lose(plan))
		record_bad(BAD_LOST);
	if (plan->distance && !is_second_done)
		record_bad(BAD_ALONE);
	alarm(0);
	return verdict(plan);
}

unsigned int run_once(const struct plan *wanted)
{
	unsigned int bad;
	uint64_t word;
	int again;

	for (again = 0; again < MAX_AGAIN; again++) {
		word = *vgr_generation_word;
		bad = run_and_judge(wanted);
		/*
		 * Somebody else made the kernel reseed: another way was gone,
		 * where the fault stood after the last look, say.
		 */
		if (!(bad & ~(BAD_TAIL | BAD_ALONE)) ||
		    *vgr_generation_word == word ||
		    bad & (BAD_ZEROS | BAD_REPEAT | BAD_ZERO_KEY | BAD_CRASH))
			break;
	}
	return bad;
}

void run_init(void)
{
	count_init();
	reach_init();
}
