/* SPDX-License-Identifier: MIT */
/*
 * Claim: getrandom, getentropy and arc4random make no system call of their own:
 * with all of them refused but the fetching of a key, a thousand draws of each
 * succeed.  errno is left alone.
 *
 * To see it fail: run it with a libc that has not got us.
 */
#include "libc.h"

#include "filter.h"

int main(void)
{
	unsigned char buf[257];
	int i;

	check_tier();
	refuse_requests();
	errno = 1234;
	for (i = 0; i < 1000; i++) {
		CHECK(getrandom(buf, 16, 0) == 16);
		CHECK(getrandom(buf, 256, GRND_NONBLOCK | GRND_RANDOM) == 256);
		CHECK(getrandom(buf, 0, 0) == 0);
		CHECK(!getentropy(buf, 200));
#ifdef HAVE_ARC4RANDOM
		arc4random();
		arc4random_buf(buf, 100);
		CHECK(arc4random_uniform(10) < 10);
#endif
	}
	CHECK(errno == 1234);
	CHECK(getrandom(buf, 1, 0x800) == -1 && errno == ENOSYS);
	CHECK(getentropy(buf, 257) == -1 && errno == EIO);
	return 0;
}
