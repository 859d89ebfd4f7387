/* SPDX-License-Identifier: MIT */
/*
 * preload.h - what the pieces of the preloaded library share.
 */
#ifndef VGR_PRELOAD_H
#define VGR_PRELOAD_H

/* Seen from outside; all else in the library is hidden. */
#define PUBLIC __attribute__((visibility("default")))

#define HIDDEN __attribute__((visibility("hidden")))

/*
 * The stand-in for libc's syscall(), by a name that no other library can take
 * over; NULL on machines that have none (arch/).
 */
HIDDEN extern long vgr_syscall_shim(long number, ...) __attribute__((weak));

/* Whether it serves SYS_getrandom; read by the shim.  VGETRANDOM_SYSCALL=0. */
HIDDEN extern unsigned char vgr_preload_serves_syscall;

/* The rest of the shim where the kernel said no: sets errno, returns -1. */
HIDDEN long vgr_preload_syscall_failed(long result);

/* Tells "vgetrandom run --check", if that is who started the program. */
HIDDEN void vgr_preload_answer_check(void);

#endif
