/* SPDX-License-Identifier: MIT */
/*
 * host-musl.c - the host inside musl (host.h): who starts the core and when,
 * how it hears of threads' ends and of forks.
 *
 * Started by the first request of the process, not with the process: most
 * never ask, and musl has no constructors of its own.  Until that is done
 * requests are system calls.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "api.h"
#include "base.h"
#include "host.h"
#include "vgetrandom.h"
#include "vgetrandom_internal.h"
#include "vmclock.h"

enum { NOT_YET, UNDER_WAY, OVER };

static unsigned int started;

/*
 * No signal in between, libc's own neither: a handler that leaves by longjmp, or
 * a cancellation, would leave this process half started for ever.  But SIGSYS:
 * by it a sandbox may answer our system calls, and where it is blocked the
 * kernel kills.  Other threads do not wait, their requests are system calls
 * meanwhile.
 */
static __attribute__((noinline, cold)) void start(void)
{
	unsigned int not_yet = NOT_YET;
	sigset_t most, signals;

	memset(&most, -1, sizeof(most));
	sigdelset(&most, SIGSYS);
	__syscall(SYS_rt_sigprocmask, SIG_BLOCK, &most, &signals, _NSIG / 8);
	if (__atomic_compare_exchange_n(&started, &not_yet, UNDER_WAY, 0,
					__ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
		vgr_library_start(NULL);
		__atomic_store_n(&started, OVER, __ATOMIC_RELEASE);
	}
	__restore_sigs(&signals);
}

/* ---- What the rest of libc calls ----------------------------------------- */

ssize_t __vgetrandom_call(void *buffer, size_t length, unsigned flags)
{
	if (unlikely(__atomic_load_n(&started, __ATOMIC_RELAXED) == NOT_YET))
		start();
	return vgetrandom(buffer, length, flags);
}

/* By __pthread_exit, signals blocked, no more code of the program to come. */
void __vgetrandom_thread_exit(void)
{
	vgr_thread_exit();
}

/*
 * By _Fork, all signals blocked, so that it serves fork as well.  Slots are the
 * survivor's or of threads that are not here: the count of forks moves now, not
 * in the parent, and no atfork handler has had its turn yet.
 */
void __vgetrandom_fork_child(void)
{
	unsigned int under_way = UNDER_WAY;

	/* By a thread that is not here.  What it has done is done over. */
	__atomic_compare_exchange_n(&started, &under_way, NOT_YET, 0,
				    __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	vgr_library_fork_prepare();
	vgr_library_fork_child();
}

/* ---- What the core asks for ---------------------------------------------- */

/* __pthread_exit sees to it, for every thread there is. */
int vgr_host_watch_thread(void)
{
	return 0;
}

int vgr_host_stack(uintptr_t *low, uintptr_t *high)
{
	struct pthread *self = __pthread_self();

	/* The first thread's stack has no bounds that are known without asking. */
	if (!self->stack)
		return -ESRCH;
	*high = (uintptr_t)self->stack - 1;
	*low = (uintptr_t)self->stack - self->stack_size;
	return 0;
}

/* A C library reads no variables for this. */
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
