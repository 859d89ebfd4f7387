/* SPDX-License-Identifier: MIT */
/*
 * tls.h - reads a thread-local variable of the thread that runs now, though the
 * function may have begun on another.
 *
 * In the initial-exec model each access is one instruction that goes through
 * the segment register: any read is such a read.
 */
#ifndef VGR_TLS_H
#define VGR_TLS_H

#ifdef VGR_TLS_IS_INITIAL_EXEC
#define VGR_TLS_READ_ANEW(variable) (variable)
#endif

#endif
