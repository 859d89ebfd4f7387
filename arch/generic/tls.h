/* SPDX-License-Identifier: MIT */
/*
 * tls.h - how a thread-local variable is read anew, where that is known: here
 * it is not, and a call is made.
 */
