/* SPDX-License-Identifier: MIT */
/*
 * getrandom.c - libc's calls for random bytes, served in user space: for
 * LD_PRELOAD, in front of a libc that has never heard of us.
 *
 * All of libc's doors need one of ours: its getentropy and arc4random do not go
 * through the getrandom symbol, and programs that call syscall() (PHP 8.2,
 * older Rust) go through none of them; arch/ has that one.  The names carry no
 * symbol version, so they answer to whichever version a program asks for.
 *
 * Another library's constructor, malloc or thread destructor may be the caller:
 * no malloc, no dlsym, no lock of libc on the way.  Unlike glibc's, none of
 * these is a cancellation point.
 */
#include "vgetrandom.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base.h"
#include "host.h"
#include "preload.h"

#define GETENTROPY_MAX	256

/* Older headers, and musl's, lack these. */
uint32_t arc4random(void);
void arc4random_buf(void *buf, size_t len);
uint32_t arc4random_uniform(uint32_t upper_bound);

unsigned char vgr_preload_serves_syscall = 1;

PUBLIC ssize_t getrandom(void *buf, size_t len, unsigned int flags)
{
	return vgetrandom(buf, len, flags);
}

/* getentropy(3): all of it or an error, and no EINTR. */
PUBLIC int getentropy(void *buf, size_t len)
{
	int kept = errno;
	uint8_t *at = buf;
	ssize_t got;

	if (len > GETENTROPY_MAX) {
		errno = EIO;
		return -1;
	}
	while (len) {
		got = vgetrandom(at, len, 0);
		if (likely(got > 0)) {
			at += got;
			len -= (size_t)got;
			continue;
		}
		if (!got)
			errno = EIO;
		if (errno != EINTR)
			return -1;
	}
	errno = kept;
	return 0;
}

PUBLIC uint32_t arc4random(void)
{
	return vgetrandom_u32();
}

PUBLIC void arc4random_buf(void *buf, size_t len)
{
	vgetrandom_buf(buf, len);
}

PUBLIC uint32_t arc4random_uniform(uint32_t upper_bound)
{
	return vgetrandom_uniform32(upper_bound);
}

long vgr_preload_syscall_failed(long result)
{
	errno = (int)-result;
	return -1;
}

/*
 * Where getrandom(2) is refused, libc's arc4random may know more than we do
 * (glibc reads /dev/urandom if the call is not there): a program is not worse
 * off with us than without.
 */
static void leave_refusals_to_libc(void)
{
	void *next = dlsym(RTLD_NEXT, "arc4random_buf");

	memcpy(&vgr_host_when_refused, &next, sizeof(next));
}

/*
 * After the library's own constructor.  Calls that come earlier are system
 * calls: the library is not set up yet.
 */
__attribute__((constructor))
static void start(void)
{
	const char *wish = secure_getenv("VGETRANDOM_SYSCALL");

	if (wish && (!strcmp(wish, "0") || !strcmp(wish, "no")))
		vgr_preload_serves_syscall = 0;
	leave_refusals_to_libc();
	vgr_preload_answer_check();
}
