/* SPDX-License-Identifier: MIT */
/*
 * vgetrandom.h - getrandom(2) served in user space, as the Linux vDSO does it.
 *
 * Every call here may be made from any thread, from a signal handler, after
 * fork() in a multi-threaded process, before constructors and after
 * destructors.  None allocates with malloc, takes a lock or waits for another
 * thread; each uses at most 512 bytes of stack (640 on aarch64).  Where the
 * library cannot serve a request itself (see vgetrandom_info), the request is
 * one system call.
 *
 * doc/vgetrandom.3 and libvgetrandom(7) say more; this page is the contract.
 */
#ifndef VGETRANDOM_H
#define VGETRANDOM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

#define VGETRANDOM_VERSION_MAJOR 0
#define VGETRANDOM_VERSION_MINOR 1
#define VGETRANDOM_VERSION_PATCH 0
#define VGETRANDOM_VERSION_STRING "0.1.0"

/* ---- Random bytes ------------------------------------------------------ */

/*
 * getrandom(2): fills buf with len random bytes.
 *
 *   flags   GRND_NONBLOCK, GRND_RANDOM, GRND_INSECURE (<sys/random.h>), or 0
 *
 * Returns the number of bytes written: len, or 0x7ffff000 if len is larger
 * (a system call on the way may stop earlier, as getrandom(2) says).  On error
 * returns -1 with errno as the kernel gives it on this machine:
 *   EINVAL  unknown flag, or GRND_RANDOM together with GRND_INSECURE
 *   EFAULT  buf is NULL and len is not 0
 *   EAGAIN  GRND_NONBLOCK, and the kernel's generator is not ready yet
 *   EINTR   a signal came while a system call waited for readiness
 *   ENOSYS, EPERM  the kernel or a seccomp filter refuses getrandom(2)
 * On success errno is left alone.  Unlike the kernel, an address that cannot
 * be written may raise SIGSEGV instead of giving EFAULT.
 */
ssize_t vgetrandom(void *buf, size_t len, unsigned int flags);

/*
 * arc4random(3)'s shapes: they cannot fail.  Where the kernel has no entropy
 * at all to give (getrandom(2) refused), they write one line to standard error
 * and abort.  Before the kernel's generator is ready they wait for it.
 */
void vgetrandom_buf(void *buf, size_t len);
uint32_t vgetrandom_u32(void);
uint64_t vgetrandom_u64(void);

/* Uniform in [0, upper_bound); 0 if upper_bound is 0 or 1.  Without bias. */
uint32_t vgetrandom_uniform32(uint32_t upper_bound);
uint64_t vgetrandom_uniform64(uint64_t upper_bound);

/* ---- Events that the program knows of ---------------------------------- */

/*
 * Maps and claims now whatever the calling thread needs, so that from here on
 * its requests make no system call but getrandom(2): call it in each thread
 * before a seccomp filter goes up, and in a child made by raw clone().
 *
 * Returns 0 if the thread's requests will be served in user space, else a
 * negative errno that says what is in the way: -ENOMEM, -EPERM, -ENOTSUP ...;
 * requests are then system calls, which is safe.
 */
int vgetrandom_prepare(void);

/*
 * From the return of this call on no byte comes from a key made before it, in
 * any thread of this process.  Ends a vgetrandom_quiesce().
 */
void vgetrandom_reseed(void);

/*
 * Before a snapshot (VM, checkpoint): on return every key of this process is
 * gone from memory, and each request is a system call until
 * vgetrandom_reseed().  A thread that is inside a request meanwhile finds its
 * key stale and starts the request over with a system call.  States that the
 * caller keeps (vgetrandom_opaque) are stale too, but their memory is the
 * caller's to drop.  Returns 0.
 */
int vgetrandom_quiesce(void);

/* ---- States that the caller keeps -------------------------------------- */

/*
 * The kernel's own interface, vgetrandom() of the vDSO, for language runtimes
 * that own their threads: draws from the state at opaque_state.
 *
 * opaque_len == ~0UL with buf == NULL, len == 0, flags == 0 is the question
 * what a state is: fills the struct vgetrandom_opaque_params at opaque_state
 * and returns 0, or -ENOSYS where states cannot be used.  The caller maps
 * memory with mmap_prot and mmap_flags, cuts it into pieces of
 * size_of_opaque_state bytes of which none crosses a page, and gives each
 * piece (all zero at first) to one thread at a time.
 *
 * Otherwise as vgetrandom(), but returns the negative errno instead of setting
 * errno, and -EFAULT for a state that crosses a page.  A request made while
 * the same state is in use (a signal handler's, say), with another opaque_len
 * or at an address that is no multiple of 8, is a system call.
 */
struct vgetrandom_opaque_params {
	uint32_t size_of_opaque_state;
	uint32_t mmap_prot;
	uint32_t mmap_flags;
	uint32_t reserved[13];
};

ssize_t vgetrandom_opaque(void *buf, size_t len, unsigned int flags,
			  void *opaque_state, size_t opaque_len);

/* ---- What the library is doing ----------------------------------------- */

enum vgetrandom_memory {		/* where keys live */
	VGETRANDOM_MEMORY_NONE = 0,	/* nowhere: every request is a system call */
	VGETRANDOM_MEMORY_DROPPABLE = 1,/* MAP_DROPPABLE, kernel 6.11+ */
	VGETRANDOM_MEMORY_LOCKED = 2,	/* wiped on fork, locked, not dumped */
};

enum vgetrandom_generation {		/* what makes keys stale; bits */
	VGETRANDOM_GENERATION_KERNEL = 1,	/* the vDSO's own generation word */
	VGETRANDOM_GENERATION_VMCLOCK = 2,	/* /dev/vmclock0 */
	VGETRANDOM_GENERATION_CLOCK = 4,	/* a key's age, at most 60 s */
};

/*
 * Fields are only ever added at the end: a caller sets size to sizeof of the
 * struct it knows, the library fills no more than that.  Strings are static.
 */
struct vgetrandom_info {
	size_t size;			/* in: sizeof(struct vgetrandom_info) */
	const char *version;
	int is_active;			/* this thread is served in user space */
	const char *why_not;		/* if it is not; else NULL */

	enum vgetrandom_memory memory;
	const char *memory_why;		/* why no better one was taken; or NULL */
	unsigned int generation;	/* VGETRANDOM_GENERATION_* bits */
	const char *kernel_word_why;	/* why not the kernel's word; or NULL */
	const char *vmclock_why;	/* why not VMClock; or NULL */
	const char *clock_why;		/* why not the clock; or NULL */
	const char *core;		/* name of the ChaCha20 core; or NULL */
	const char *ignored;		/* environment variable not understood; or NULL */

	/* Counters of the whole process; a forked child goes on from its parent's. */
	uint64_t slots;			/* states that threads hold now */
	uint64_t slots_mapped;		/* states there is address space for */
	uint64_t kernel_keys;		/* keys fetched from the kernel */
	uint64_t refills;		/* batches made */
	uint64_t restarts;		/* requests begun again: key went stale midway */
	uint64_t system_calls;		/* requests served by getrandom(2) */

	/* Whether a signal restarts this thread's requests; why not, or NULL. */
	int is_restartable;
	const char *restartable_why;
};

/* Returns 0, or -EINVAL if info->size is smaller than the first version's. */
int vgetrandom_info(struct vgetrandom_info *info);

/* "MAJOR.MINOR.PATCH" of the library that is loaded. */
const char *vgetrandom_version(void);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
