/* SPDX-License-Identifier: MIT */
/*
 * entropy.c - getrandom(2), and no weaker source.
 */
#include "entropy.h"

#include <errno.h>
#include <linux/random.h>
#include <sys/syscall.h>

#include "syscall.h"

static uint64_t nrequests;

static ssize_t getrandom_syscall(void *buf, size_t len, unsigned int flags)
{
	return vgr_syscall(SYS_getrandom, (long)buf, (long)len, flags, 0, 0, 0);
}

int vgr_entropy_key(uint8_t key[VGR_KEY_LEN])
{
	ssize_t got = getrandom_syscall(key, VGR_KEY_LEN, GRND_NONBLOCK);

	if (got == VGR_KEY_LEN)
		return 0;
	return got < 0 ? (int)got : -EIO;
}

ssize_t vgr_entropy_request(void *buf, size_t len, unsigned int flags)
{
	__atomic_fetch_add(&nrequests, 1, __ATOMIC_RELAXED);
	return getrandom_syscall(buf, len, flags);
}

uint64_t vgr_entropy_nrequests(void)
{
	return __atomic_load_n(&nrequests, __ATOMIC_RELAXED);
}
