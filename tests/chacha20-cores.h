/* SPDX-License-Identifier: MIT */
/*
 * chacha20-cores.h - what the tests of the cores share: the walk over the
 * table, and libsodium as a second opinion where it is installed.
 */
#ifndef CHACHA20_CORES_H
#define CHACHA20_CORES_H

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "chacha20.h"
#include "impl.h"

static inline int core_runs_here(const struct vgr_chacha20_impl *impl)
{
	int runs = !(impl->needs & ~vgr_cpu_features());

	printf("%s%s\n", impl->name, runs ? "" : ": this processor cannot run it");
	fflush(stdout);
	return runs;
}

/* Every row this processor can run; says which it cannot. */
#define for_each_core(impl) \
	for (impl = vgr_chacha20_impls; impl->name; impl++) \
		if (!core_runs_here(impl)) \
			continue; \
		else

typedef int libsodium_xor_ic(unsigned char *out, const unsigned char *in,
			     unsigned long long len, const unsigned char *nonce,
			     uint64_t counter, const unsigned char *key);

/* crypto_stream_chacha20_xor_ic, or NULL; prints which. */
static inline libsodium_xor_ic *find_libsodium(void)
{
	void *library = dlopen("libsodium.so.23", RTLD_NOW);
	void *found = library ? dlsym(library, "crypto_stream_chacha20_xor_ic")
			      : NULL;
	libsodium_xor_ic *function;

	printf("libsodium: %s\n", found ? "found" : "not found, not compared");
	memcpy(&function, &found, sizeof(found));
	return function;
}

static inline void libsodium_blocks(libsodium_xor_ic *xor_ic, uint8_t *out,
				    const void *key, uint64_t counter,
				    size_t nblocks)
{
	static const uint8_t nonce[8];

	memset(out, 0, 64 * nblocks);
	xor_ic(out, out, 64 * nblocks, nonce, counter, key);
}

#endif
