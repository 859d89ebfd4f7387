/* SPDX-License-Identifier: MIT */
/*
 * host-glibc.c - the host inside glibc (host.h): who starts the core and when,
 * how it hears of threads' ends and of forks.
 *
 * Started by the first request of the process, not with the process: most
 * never ask.  Until that is done, and in the second libc of a dlmopen
 * namespace for ever, requests are system calls.
 */
#include "config.h"

#include <errno.h>
#include <internal-signals.h>
#include <libc-internal.h>
#include <pthreadP.h>
#include <stdbool.h>

#include "api.h"
#include "base.h"
#include "host.h"
#include "vgetrandom.h"
#include "vgetrandom-internal.h"
#include "vmclock.h"

enum { NOT_YET, UNDER_WAY, OVER };

static unsigned int started;

/*
 * A second libc (dlmopen, audit modules) hears neither of the ends of threads
 * that the first one made nor of its forks: it would lose their slots.
 */
static bool is_only_libc(void)
{
#ifdef SHARED
	return __libc_initial;
#else
	return true;
#endif
}

/*
 * No signal in between: a handler that leaves by longjmp, or a cancellation,
 * would leave this process half started for ever.  But SIGSYS: by it a sandbox
 * may answer our system calls, and where it is blocked the kernel kills.  Other
 * threads do not wait, their requests are system calls meanwhile.
 */
static __attribute__((noinline, cold)) void start(void)
{
	unsigned int not_yet = NOT_YET;
	internal_sigset_t most = sigall_set, signals;

	if (!is_only_libc()) {
		__atomic_store_n(&started, OVER, __ATOMIC_RELAXED);
		return;
	}
	internal_sigdelset(&most, SIGSYS);
	internal_sigprocmask(SIG_BLOCK, &most, &signals);
	if (__atomic_compare_exchange_n(&started, &not_yet, UNDER_WAY, false,
					__ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
		vgr_library_start(NULL);
		__atomic_store_n(&started, OVER, __ATOMIC_RELEASE);
	}
	internal_signal_restore_set(&signals);
}

/* ---- What the rest of libc calls ----------------------------------------- */

ssize_t __vgetrandom_call(void *buffer, size_t length, unsigned int flags)
{
	if (unlikely(__atomic_load_n(&started, __ATOMIC_RELAXED) == NOT_YET))
		start();
	return vgetrandom(buffer, length, flags);
}

/* By start_thread, signals blocked, no more code of the program to come. */
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

/* start_thread sees to it, for every thread there is. */
int vgr_host_watch_thread(void)
{
	return 0;
}

int vgr_host_stack(uintptr_t *low, uintptr_t *high)
{
	struct pthread *self = THREAD_SELF;

	/* The first thread's stack has no bounds that are known without asking. */
	if (!self->stackblock)
		return -ESRCH;
	*low = (uintptr_t)self->stackblock;
	*high = *low + self->stackblock_size - 1;
	return 0;
}

/* A C library reads no variables for this: it would have tunables. */
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
