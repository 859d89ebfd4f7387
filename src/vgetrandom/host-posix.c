/* SPDX-License-Identifier: MIT */
/*
 * host-posix.c - the host of a stand-alone library: a constructor, a
 * thread-specific key whose destructor ends a thread, a fork handler.
 */
#include "host.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

/*
 * glibc keeps the values of its first 32 keys in the thread itself; for those
 * after them pthread_setspecific allocates, which a signal handler may not.
 */
#ifdef __GLIBC__
#define NKEYS_IN_THREAD	32
#else
#define NKEYS_IN_THREAD	((pthread_key_t)-1)
#endif

static pthread_key_t exit_key;
static int has_exit_key;

static void at_thread_exit(void *unused)
{
	(void)unused;
	vgr_thread_exit();
}

int vgr_host_watch_thread(void)
{
	/* A key that was deleted may be somebody else's by now. */
	if (!has_exit_key)
		return -EAGAIN;
	/* Any value but NULL makes the destructor run. */
	return -pthread_setspecific(exit_key, &exit_key);
}

int vgr_host_stack(uintptr_t *low, uintptr_t *high)
{
	pthread_attr_t attributes;
	void *base;
	size_t len;
	int error = pthread_getattr_np(pthread_self(), &attributes);

	if (error)
		return -error;
	error = pthread_attr_getstack(&attributes, &base, &len);
	pthread_attr_destroy(&attributes);
	if (error)
		return -error;
	*low = (uintptr_t)base;
	*high = (uintptr_t)base + len - 1;
	return 0;
}

const char *vgr_host_setting(const char *name)
{
	return secure_getenv(name);
}

/* Before constructors without a priority, other libraries' apart. */
__attribute__((constructor(101)))
static void start(void)
{
	const char *why_not = NULL;

	if (pthread_key_create(&exit_key, at_thread_exit)) {
		why_not = "no thread-specific key to be had";
	} else {
		has_exit_key = 1;
		if (exit_key >= NKEYS_IN_THREAD)
			why_not = "thread-specific keys that need no allocation are used up";
		else if (pthread_atfork(vgr_library_fork_prepare, NULL,
				       vgr_library_fork_child))
			why_not = "no memory for a fork handler";
	}
	vgr_library_start(why_not);
}

/*
 * The shared library is never unloaded (-z nodelete); but linked statically
 * into a plug-in it may be, and the key must not outlive its destructor.
 */
__attribute__((destructor))
static void stop(void)
{
	if (!has_exit_key)
		return;
	has_exit_key = 0;
	pthread_key_delete(exit_key);
}
