/* SPDX-License-Identifier: MIT */
/*
 * vgetrandom-sodium.h - libsodium's random bytes from libvgetrandom.
 *
 *	randombytes_set_implementation(&vgetrandom_sodium_implementation);
 *	if (sodium_init() < 0)
 *		...
 *
 * In this order: libsodium takes an implementation before sodium_init() only.
 * From then on every key, nonce and salt that libsodium makes comes from
 * vgetrandom_buf() and its siblings, with their promises: no system call for
 * each request, right after fork(), in any thread.
 *
 *	name	"vgetrandom"
 *	stir	vgetrandom_reseed() and vgetrandom_prepare(): keys made before it
 *		are dead, and the calling thread is ready for a sandbox.  While
 *		requests are system calls (after vgetrandom_quiesce(), say) it
 *		leaves them so.
 *	close	0: there is nothing to close
 *
 * Link with -lvgetrandom-sodium (pkg-config libvgetrandom-sodium).
 */
#ifndef VGETRANDOM_SODIUM_H
#define VGETRANDOM_SODIUM_H

#include <sodium/randombytes.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

extern struct randombytes_implementation vgetrandom_sodium_implementation;

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
