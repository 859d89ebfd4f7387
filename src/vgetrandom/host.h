/* SPDX-License-Identifier: MIT */
/*
 * host.h - what the library needs from the C library it lives beside, or in.
 *
 * host-posix.c fills it in for a stand-alone library; a libc that takes the
 * core in fills it in with what it has itself.  Beyond this the core uses raw
 * system calls (arch/), memset and the like, getauxval, and __thread: a host
 * without that defines VGR_HOST_HAS_THREAD_SLOT in config.h, and there what
 * vgr_thread_slot is: a struct vgr_slot *volatile, NULL in a new thread.
 */
#ifndef VGR_HOST_H
#define VGR_HOST_H

#include <stddef.h>
#include <stdint.h>

/* ---- Asked of the host ------------------------------------------------- */

/*
 * See to it that vgr_thread_exit is called when the calling thread ends, as
 * late as may be.  Does not allocate, may be called from a signal handler and
 * more than once.  0, or -errno: the thread's requests are system calls.
 */
int vgr_host_watch_thread(void);

/*
 * The lowest and the highest address of the stack that ends with the calling
 * thread.  Asked for when a thread ends that has abandoned a request, and never
 * else: it may allocate and make system calls.  0, or -errno: not to be had.
 */
int vgr_host_stack(uintptr_t *low, uintptr_t *high);

/* A setting from the environment; NULL if unset or in a setuid program. */
const char *vgr_host_setting(const char *name);

/* ---- Called by the host ------------------------------------------------ */

/*
 * Once, before the process makes threads if that can be had; until then every
 * request is a system call.  why_not: NULL, or what makes the host unfit: then
 * nothing is set up and that is what vgetrandom_info says.
 */
void vgr_library_start(const char *why_not);

/* Before fork(), and in its child. */
void vgr_library_fork_prepare(void);
void vgr_library_fork_child(void);

/*
 * What vgetrandom_buf() and its kin do where getrandom(2) is refused; NULL, as
 * it is at first: say so and abort.  The drop-in has libc's own answer.
 */
extern void (*vgr_host_when_refused)(void *buf, size_t len);

/* At the end of a thread; what it asks for afterwards are system calls. */
void vgr_thread_exit(void);

#endif
