/* SPDX-License-Identifier: MIT */
/*
 * getrandom.c - in place of glibc 2.41's, which calls the vDSO with states that
 * it manages itself.
 */
#include <sys/random.h>

#include <not-cancel.h>
#include <vgetrandom-internal.h>

ssize_t __getrandom_nocancel(void *buffer, size_t length, unsigned int flags)
{
	return __vgetrandom_call(buffer, length, flags);
}

ssize_t __getrandom(void *buffer, size_t length, unsigned int flags)
{
	return __vgetrandom_call(buffer, length, flags);
}
libc_hidden_def(__getrandom)
weak_alias(__getrandom, getrandom)
