/* SPDX-License-Identifier: MIT */
/*
 * faults.c - what can happen between two instructions; see faults.h.
 *
 * Everything here runs in a signal handler that stands inside the call.
 */
#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"
#include "reach.h"
#include "record.h"
#include "vgetrandom.h"

struct run run;

static uint8_t away_stack[64 * 1024] __attribute__((aligned(64)));

void draw_and_record(size_t len)
{
	uint8_t bytes[256];
	ssize_t got;

	memset(bytes, 0xa5, sizeof(bytes));
	errno = 12345;
	got = run.subject->call(bytes, len);
	if (got != (ssize_t)len || errno != 12345)
		record_bad(BAD_ANSWER);
	else
		record_output(RECORD_OTHER, bytes, len);
}

/* ---- The page goes ---------------------------------------------------------- */

static bool is_zero(const uint8_t *bytes, size_t len)
{
	while (len--)
		if (bytes[len])
			return false;
	return true;
}

static uint8_t *page_of(const uint8_t *state)
{
	return (uint8_t *)((uintptr_t)state &
			   -(uintptr_t)sysconf(_SC_PAGESIZE));
}

/* MADV_DONTNEED_LOCKED: Linux 5.18 */
static void drop(void)
{
	uint8_t *state = run.subject->state();
	size_t page_len = (size_t)sysconf(_SC_PAGESIZE);

	if (!state)
		return;
	if (madvise(page_of(state), page_len, MADV_DONTNEED) &&
	    madvise(page_of(state), page_len, 24))
		hard_error("the page cannot be dropped");
	if (!is_zero(state, run.subject->state_len))
		record_bad(BAD_UNREACHED);
}

/* As memory pressure does it; the kernel may decline. */
static void page_out(void)
{
	uint8_t *state = run.subject->state();
	size_t page_len = (size_t)sysconf(_SC_PAGESIZE);
	int i;

	if (!state)
		return;
	for (i = 0; i < 20; i++) {
		madvise(page_of(state), page_len, 21 /* MADV_PAGEOUT */);
		if (is_zero(state, run.subject->state_len))
			return;
	}
	record_bad(BAD_UNREACHED);
}

/* ---- A handler draws ---------------------------------------------------------- */

static void draw_once(void)
{
	draw_and_record(run.handler_len);
}

static void draw_ten_times(void)
{
	int i;

	for (i = 0; i < 10; i++)
		draw_and_record(run.handler_len);
}

/* ---- Forks ---------------------------------------------------------------------- */

static bool fork_by(pid_t (*fork_call)(void))
{
	int number = record_new_process();
	pid_t pid;

	if (run.nchildren == sizeof(run.children) / sizeof(run.children[0]))
		hard_error("too many children");
	pid = fork_call();
	if (pid < 0)
		hard_error("fork");
	if (!pid) {
		run.nchildren = 0;
		run.process = number;
		record_be_process(number);
		alarm(20);
		return true;
	}
	run.children[run.nchildren++] = pid;
	return false;
}

/* Past libc and its fork handlers. */
static pid_t raw_fork(void)
{
	return (pid_t)syscall(SYS_fork);
}

static void fork_raw(void)
{
	fork_by(raw_fork);
}

static void fork_libc(void)
{
	fork_by(fork);
}

static void fork_and_draw(void)
{
	fork_by(fork);
	draw_once();
}

static void fork_raw_and_draw(void)
{
	fork_by(raw_fork);
	draw_once();
}

/* ---- Keys become stale ------------------------------------------------------------ */

static void reseed(void)
{
	vgetrandom_reseed();
	run.is_quiesced = false;
}

static void quiesce(void)
{
	vgetrandom_quiesce();
	run.is_quiesced = true;
}

static void reseed_kernel(void)
{
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || ioctl(fd, RNDRESEEDCRNG))
		record_bad(BAD_UNREACHED);	/* root may */
	close(fd);
}

/* ---- The call is left, for good or for a while ------------------------------------- */

static void jump(void)
{
	siglongjmp(run.abandon, 1);
}

/* The next call has the frame of the one that was left. */
static void jump_and_call_again(void)
{
	siglongjmp(run.abandon, 2);
}

static void draw_and_jump(void)
{
	draw_once();
	jump();
}

static void go_away(void (*where)(void))
{
	getcontext(&run.away);
	run.away.uc_stack.ss_sp = away_stack;
	run.away.uc_stack.ss_size = sizeof(away_stack);
	run.away.uc_link = NULL;
	makecontext(&run.away, where, 0);
	swapcontext(&run.interrupted, &run.away);
}

static void draw_twice_and_return(void)
{
	draw_once();
	draw_once();
	setcontext(&run.interrupted);
}

static void swap_away(void)
{
	go_away(draw_twice_and_return);
}

static void *draw_in_thread(void *unused)
{
	(void)unused;
	draw_once();
	return NULL;
}

/* The thread takes a new slot; another thread, whatever is free then. */
static void draw_six_times_and_return(void)
{
	pthread_t thread;
	int i;

	for (i = 0; i < 6; i++)
		draw_once();
	if (run.subject->has_slots &&
	    (pthread_create(&thread, NULL, draw_in_thread, NULL) ||
	     pthread_join(thread, NULL)))
		hard_error("no thread");
	setcontext(&run.interrupted);
}

static void swap_until_new_slot(void)
{
	go_away(draw_six_times_and_return);
}

/* The thread ends; its call goes on in the next one (sweep.c). */
static void swap_until_exit(void)
{
	run.is_away = true;
	swapcontext(&run.interrupted, &run.elsewhere);
}

static void cancel(void)
{
	int old;

	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &old);
	run.is_exiting = true;
	pthread_cancel(pthread_self());
	pthread_testcancel();
}

static void nothing(void)
{
}

/* ---- A second context, stopped in its turn ------------------------------------ */

struct other_context other_context;

static uint8_t other_bytes[32];
static ssize_t other_got;

void resume_other_context(void)
{
	if (run.is_other_inside)
		swapcontext(&run.resumer, &run.other);
	run.is_other_inside = false;
}

static void resume_in_time(void)
{
	other_context.nback++;
	resume_other_context();
}

/* A thread's end draws nothing itself. */
static const struct subject *other_subject(void)
{
	return run.subject == &subject_exit ? &subject_library : run.subject;
}

static void call_in_other_context(void)
{
	other_got = other_subject()->call(other_bytes, sizeof(other_bytes));
}

/* A goes on, for a while or to its end. */
static void hand_back(void)
{
	other_context.nlater++;
	run.is_other_inside = true;
	if (other_context.back)
		reach_again(other_context.back, resume_in_time);
	swapcontext(&run.other, &run.interrupted);
}

static void suspend_other_context(void)
{
	unsigned int i;

	other_context.nstopped++;
	for (i = 0; i < other_context.nafter; i++)
		draw_once();
	if (other_context.is_nested)
		return;
	if (other_context.later)
		reach_again(other_context.later, hand_back);
	else
		hand_back();
}

static void be_other_context(void)
{
	unsigned int i;

	for (i = 0; i < other_context.nbefore; i++)
		draw_once();
	if (other_context.is_recording) {
		reach_record(other_context.path, other_subject()->entry(),
			     call_in_other_context);
	} else {
		reach_arm(other_context.path, other_context.boundary,
			  other_subject()->entry(), suspend_other_context);
		REACH_GO();
		call_in_other_context();
		reach_disarm();
	}
	if (other_got != sizeof(other_bytes))
		record_bad(BAD_ANSWER);
	else
		record_output(RECORD_OTHER, other_bytes, sizeof(other_bytes));
	if (other_context.after)
		other_context.after();
	setcontext(run.is_other_inside ? &run.resumer : &run.interrupted);
}

static void enter_other_context(void)
{
	reach_disarm();
	go_away(be_other_context);
}

const struct fault fault_other_context = {
	"other context", enter_other_context, NOBODY, IS_SINGLE,
};

const struct fault faults[] = {
	{ "nothing",	 nothing,		NOBODY,	   IS_SINGLE },
	{ "drop",	 drop,			ANY_STAMP, 0 },
	{ "pageout",	 page_out,		ANY_STAMP, IS_SINGLE },
	{ "draw",	 draw_once,		NOBODY,	   KEEPS_WAY },
	{ "draw10",	 draw_ten_times,	NOBODY,	   0 },
	{ "fork",	 fork_raw,		NOBODY,	   IS_FORK },
	{ "forklibc",	 fork_libc,		NOBODY,	   IS_FORK | NOT_IN_MALLOC },
	{ "forkdraw",	 fork_and_draw,		NOBODY,	   IS_FORK | NOT_IN_MALLOC },
	{ "rawforkdraw", fork_raw_and_draw,	NOBODY,	   IS_FORK },
	{ "reseed",	 reseed,		ANY_STAMP, FOR_OURS_ONLY },
	{ "quiesce",	 quiesce,		ANY_STAMP, FOR_OURS_ONLY },
	{ "kreseed",	 reseed_kernel,		KERNEL_STAMP_ONLY, 0 },
	{ "swap",	 swap_away,		NOBODY,	   KEEPS_WAY },
	{ "swapnew",	 swap_until_new_slot,	NOBODY,	   NOT_IN_MALLOC },
	{ "longjmp",	 jump,			NOBODY,	   LEAVES_CALL | MAY_LOSE | NOT_IN_MALLOC },
	{ "jumpagain",	 jump_and_call_again,	NOBODY,	   IS_SINGLE | MAY_LOSE | NOT_IN_MALLOC },
	{ "drawjump",	 draw_and_jump,		NOBODY,	   IS_SINGLE | MAY_LOSE | NOT_IN_MALLOC },
	{ "swapexit",	 swap_until_exit,	NOBODY,	   NEEDS_THREAD | MAY_LOSE | NOT_IN_MALLOC },
	{ "cancel",	 cancel,		NOBODY,	   NEEDS_THREAD | MAY_LOSE | NOT_IN_MALLOC | IS_THE_END },
	{ 0 },
};

const struct fault *fault_named(const char *name)
{
	const struct fault *fault;

	for (fault = faults; fault->name; fault++)
		if (!strcmp(fault->name, name))
			return fault;
	hard_error("no fault \"%s\"", name);
}
