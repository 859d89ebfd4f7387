/* SPDX-License-Identifier: MIT */
/*
 * host-libc.c - the host inside a C library (host.h), whichever it is: who
 * starts the core and when, how it hears of threads' ends and of forks.
 *
 * Started by the first request of the process, not with the process: most
 * never ask.  Until that is done, and in a second libc for ever, requests are
 * system calls.
 */
#include "host-libc.h"

#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "base.h"
#include "host.h"
#include "syscall.h"
#include "vgetrandom.h"
#include "vgetrandom-internal.h"
#include "vmclock.h"

enum { NOT_YET, UNDER_WAY, OVER };

static unsigned int started;

static void change_signals(int how, const uint64_t *set, uint64_t *old)
{
	vgr_syscall(SYS_rt_sigprocmask, how, (long)set, (long)old,
		    sizeof(*set), 0, 0);
}

/*
 * No signal in between, libc's own neither: a handler that leaves by longjmp, or
 * a cancellation, would leave this process half started for ever.  But SIGSYS:
 * by it a sandbox may answer our system calls, and where it is blocked the
 * kernel kills.  Other threads do not wait, their requests are system calls
 * meanwhile.
 */
static __attribute__((noinline, cold)) void start(void)
{
	const uint64_t most = ~(1ull << (SIGSYS - 1));
	unsigned int not_yet = NOT_YET;
	uint64_t signals = 0;

	if (!vgr_libc_hears_of_all()) {
		__atomic_store_n(&started, OVER, __ATOMIC_RELAXED);
		return;
	}
	change_signals(SIG_BLOCK, &most, &signals);
	if (__atomic_compare_exchange_n(&started, &not_yet, UNDER_WAY, false,
					__ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
		vgr_library_start(NULL);
		__atomic_store_n(&started, OVER, __ATOMIC_RELEASE);
	}
	change_signals(SIG_SETMASK, &signals, NULL);
}

/* ---- What the rest of libc calls ----------------------------------------- */

ssize_t __vgetrandom_call(void *buffer, size_t length, unsigned int flags)
{
	if (unlikely(__atomic_load_n(&started, __ATOMIC_RELAXED) == NOT_YET))
		start();
	return vgetrandom(buffer, length, flags);
}

/* At the end of a thread, signals blocked, no more of the program to come. */
void __vgetrandom_thread_exit(void)
{
	vgr_thread_exit();
}

/*
 * By _Fork, so that it serves fork as well.  Slots are the survivor's or of
 * threads that are not here: the count of forks moves now, not in the parent,
 * and no atfork handler has had its turn yet.
 */
void __vgetrandom_fork_child(void)
{
	unsigned int under_way = UNDER_WAY;

	/* By a thread that is not here.  What it has done is done over. */
	__atomic_compare_exchange_n(&started, &under_way, NOT_YET, false,
				    __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	vgr_library_fork_prepare();
	vgr_library_fork_child();
}

/* ---- What the core asks for ---------------------------------------------- */

/* libc ends every thread there is by __vgetrandom_thread_exit. */
int vgr_host_watch_thread(void)
{
	return 0;
}

/* A C library reads no variables for this; glibc would have tunables. */
const char *vgr_host_setting(const char *name)
{
	(void)name;
	return NULL;
}

/* In place of vmclock.c: a C library opens no device on a program's behalf. */
const char *vgr_vmclock_init(const char *path)
{
	(void)path;
	return "not used inside libc";
}

uint64_t vgr_vmclock_now(void)
{
	return 0;
}

/* In place of opaque.c: states that callers keep are no business of libc's. */
void vgr_opaque_fork_child(void)
{
}
