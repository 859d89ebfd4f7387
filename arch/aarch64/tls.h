/* SPDX-License-Identifier: MIT */
/*
 * tls.h - reads a thread-local variable of the thread that runs now, though the
 * function may have begun on another.
 *
 * A compiler reads the thread pointer once a function and keeps it, since
 * threads do not change under a function; but they do when a signal handler
 * switches away and another thread goes on with the frame.
 */
#ifndef VGR_TLS_H
#define VGR_TLS_H

#include <stddef.h>
#include <stdint.h>

static inline uintptr_t vgr_thread_pointer(void)
{
	uintptr_t pointer;

	__asm__ volatile("mrs %0, tpidr_el0" : "=r"(pointer));
	return pointer;
}

/*
 * NULL if the thread changed between the read of its pointer and the read of
 * the variable.  In the initial-exec model the variable's distance from the
 * pointer is the same in every thread.
 */
static inline void *vgr_tls_read(uintptr_t distance)
{
	uintptr_t thread = vgr_thread_pointer();
	void *value;

	__asm__ volatile("ldr %0, [%1, %2]"
			 : "=r"(value) : "r"(thread), "r"(distance) : "memory");
	return vgr_thread_pointer() == thread ? value : NULL;
}

#ifdef VGR_TLS_IS_INITIAL_EXEC
#define VGR_TLS_READ_ANEW(variable) vgr_tls_read(({			\
	uintptr_t distance;						\
	__asm__("adrp %0, :gottprel:" #variable "\n\t"			\
		"ldr %0, [%0, #:gottprel_lo12:" #variable "]"		\
		: "=r"(distance));					\
	distance;							\
}))
#endif

#endif
