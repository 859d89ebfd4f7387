/* SPDX-License-Identifier: MIT */
/*
 * peers.c - see peers.h.
 *
 * Nothing here is linked against: a library is looked for when its worker
 * starts, and one that is not installed is absent, not an error.
 */
#include "peers.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "base.h"
#include "impl.h"
#include "syscall.h"

/*
 * One loop for each way to ask, so that a call costs what it costs a program
 * that is linked against the library: one jump through a pointer.
 */
#define REPEAT(peer, succeeds)						\
static unsigned long repeat_##peer(void *buf, size_t len,		\
				   unsigned long calls)			\
{									\
	unsigned long nfailed = 0;					\
									\
	while (calls--)							\
		nfailed += !(succeeds);					\
	return nfailed;							\
}

bool bench_find(void *library, const char *name, void *function)
{
	void *found = dlsym(library, name);

	memcpy(function, &found, sizeof(found));
	return found != NULL;
}

static int lacks(char *note, const char *function)
{
	snprintf(note, BENCH_NOTE_LEN, "has no %s", function);
	return -1;
}

/* ---- The harness itself ------------------------------------------------- */

static ssize_t (*empty)(void *, size_t, unsigned int);

static __attribute__((noinline)) ssize_t
do_nothing(void *buf, size_t len, unsigned int flags)
{
	__asm__ volatile("" : : "r"(buf), "r"(flags) : "memory");
	return (ssize_t)len;
}

static int open_empty(void *library, char *note)
{
	(void)library;
	empty = do_nothing;
	snprintf(note, BENCH_NOTE_LEN, "an empty function: the harness itself");
	return 0;
}

REPEAT(empty, empty(buf, len, 0) == (ssize_t)len)

/* ---- The kernel --------------------------------------------------------- */

static int open_syscall(void *library, char *note)
{
	(void)library;
	snprintf(note, BENCH_NOTE_LEN, "getrandom(2), no libc between");
	return 0;
}

REPEAT(syscall, vgr_syscall(SYS_getrandom, (long)buf, (long)len, 0, 0, 0, 0) ==
		(long)len)

/* ---- libc --------------------------------------------------------------- */

static ssize_t (*libc_getrandom)(void *, size_t, unsigned int);
static int (*libc_getentropy)(void *, size_t);
static void (*arc4random_any)(void *, size_t);	/* libc's or libbsd's */

static void note_libc(void *library, char *note)
{
	const char *(*version)(void);

	if (bench_find(library, "gnu_get_libc_version", &version))
		snprintf(note, BENCH_NOTE_LEN, "glibc %s", version());
	else
		snprintf(note, BENCH_NOTE_LEN, "not glibc");
}

static int open_getrandom(void *library, char *note)
{
	note_libc(library, note);
	return bench_find(library, "getrandom", &libc_getrandom) ? 0 :
	       lacks(note, "getrandom");
}

static int open_getentropy(void *library, char *note)
{
	note_libc(library, note);
	return bench_find(library, "getentropy", &libc_getentropy) ? 0 :
	       lacks(note, "getentropy");
}

static int open_arc4random(void *library, char *note)
{
	note_libc(library, note);
	return bench_find(library, "arc4random_buf", &arc4random_any) ? 0 :
	       lacks(note, "arc4random_buf");
}

/* getentropy gives at most 256 bytes a call: a program asks again. */
static bool getentropy_all(void *buf, size_t len)
{
	uint8_t *to = buf;
	size_t part;

	for (; len; to += part, len -= part) {
		part = vgr_min(len, 256);
		if (libc_getentropy(to, part))
			return false;
	}
	return true;
}

REPEAT(getrandom, libc_getrandom(buf, len, 0) == (ssize_t)len)
REPEAT(getentropy, getentropy_all(buf, len))
REPEAT(arc4random, (arc4random_any(buf, len), true))

static int open_libbsd(void *library, char *note)
{
	snprintf(note, BENCH_NOTE_LEN, "arc4random_buf");
	return bench_find(library, "arc4random_buf", &arc4random_any) ? 0 :
	       lacks(note, "arc4random_buf");
}

/* ---- libsodium ---------------------------------------------------------- */

static void (*randombytes_buf)(void *, size_t);

static int start_sodium(void *library, char *note)
{
	const char *(*version)(void), *(*implementation)(void);
	int (*init)(void);

	if (!bench_find(library, "randombytes_buf", &randombytes_buf) ||
	    !bench_find(library, "sodium_init", &init) ||
	    !bench_find(library, "sodium_version_string", &version) ||
	    !bench_find(library, "randombytes_implementation_name",
			&implementation))
		return lacks(note, "randombytes_buf");
	if (init() < 0)
		return lacks(note, "working sodium_init");
	snprintf(note, BENCH_NOTE_LEN, "%s, %s", version(), implementation());
	return 0;
}

static int open_sodium_internal(void *library, char *note)
{
	int (*set)(const void *);
	void *internal = dlsym(library, "randombytes_internal_implementation");

	if (!internal ||
	    !bench_find(library, "randombytes_set_implementation", &set))
		return lacks(note, "randombytes_internal_implementation");
	set(internal);
	return start_sodium(library, note);
}

REPEAT(sodium, (randombytes_buf(buf, len), true))

/* ---- OpenSSL and its relatives ------------------------------------------ */

static int (*rand_bytes)(unsigned char *, int);
static int (*rand_bytes_size_t)(uint8_t *, size_t);

static void note_openssl(void *library, char *note)
{
	const char *(*version)(int);

	if (bench_find(library, "OpenSSL_version", &version))
		snprintf(note, BENCH_NOTE_LEN, "%s, RAND_bytes", version(0));
	else
		snprintf(note, BENCH_NOTE_LEN, "RAND_bytes");
}

static int open_openssl(void *library, char *note)
{
	note_openssl(library, note);
	return bench_find(library, "RAND_bytes", &rand_bytes) ? 0 :
	       lacks(note, "RAND_bytes");
}

static int open_boringssl(void *library, char *note)
{
	note_openssl(library, note);
	return bench_find(library, "RAND_bytes", &rand_bytes_size_t) ? 0 :
	       lacks(note, "RAND_bytes");
}

REPEAT(openssl, rand_bytes(buf, (int)len) == 1)
REPEAT(boringssl, rand_bytes_size_t(buf, len) == 1)

/* ---- libgcrypt and GnuTLS ----------------------------------------------- */

enum { GCRYCTL_INITIALIZATION_FINISHED = 38, GCRY_STRONG_RANDOM = 1 };
enum { GNUTLS_RND_RANDOM = 1 };

static void (*gcrypt_nonce)(void *, size_t);
static void (*gcrypt_randomize)(void *, size_t, int);
static int (*gnutls_rnd)(int, void *, size_t);

static int open_gcrypt(void *library, char *note)
{
	const char *(*check_version)(const char *);
	int (*control)(int, ...);

	if (!bench_find(library, "gcry_create_nonce", &gcrypt_nonce) ||
	    !bench_find(library, "gcry_randomize", &gcrypt_randomize) ||
	    !bench_find(library, "gcry_check_version", &check_version) ||
	    !bench_find(library, "gcry_control", &control))
		return lacks(note, "gcry_randomize");
	snprintf(note, BENCH_NOTE_LEN, "libgcrypt %s", check_version(NULL));
	control(GCRYCTL_INITIALIZATION_FINISHED, 0);
	return 0;
}

static int open_gnutls(void *library, char *note)
{
	const char *(*check_version)(const char *);

	if (!bench_find(library, "gnutls_rnd", &gnutls_rnd) ||
	    !bench_find(library, "gnutls_check_version", &check_version))
		return lacks(note, "gnutls_rnd");
	snprintf(note, BENCH_NOTE_LEN, "GnuTLS %s, GNUTLS_RND_RANDOM",
		 check_version(NULL));
	return 0;
}

REPEAT(gcrypt_nonce, (gcrypt_nonce(buf, len), true))
REPEAT(gcrypt_strong, (gcrypt_randomize(buf, len, GCRY_STRONG_RANDOM), true))
REPEAT(gnutls, gnutls_rnd(GNUTLS_RND_RANDOM, buf, len) == 0)

/* ---- The table ---------------------------------------------------------- */

#define OURS	"libvgetrandom.so.0"
#define LIBC	"libc.so.6 libc.so"
#define SODIUM	"libsodium.so.26 libsodium.so.23"

/* Name, kind, libraries, core, how to open it, how to ask it. */
static const struct bench_peer fixed_peers[] = {
	{ "empty", BENCH_HARNESS, NULL, NULL, open_empty, repeat_empty },
	{ "vgetrandom", BENCH_OURS, OURS, NULL,
	  bench_ours_open, bench_ours_repeat },
	/* Here bench_peers() puts a row for each core. */
	{ "syscall", BENCH_OTHER, NULL, NULL, open_syscall, repeat_syscall },
	{ "vdso", BENCH_OTHER, NULL, NULL, bench_vdso_open, bench_vdso_repeat },
	{ "libc-getrandom", BENCH_OTHER, LIBC, NULL,
	  open_getrandom, repeat_getrandom },
	{ "libc-getentropy", BENCH_OTHER, LIBC, NULL,
	  open_getentropy, repeat_getentropy },
	{ "libc-arc4random", BENCH_OTHER, LIBC, NULL,
	  open_arc4random, repeat_arc4random },
	{ "libbsd", BENCH_OTHER, "libbsd.so.0", NULL,
	  open_libbsd, repeat_arc4random },
	{ "libsodium", BENCH_OTHER, SODIUM, NULL, start_sodium, repeat_sodium },
	{ "libsodium-internal", BENCH_OTHER, SODIUM, NULL,
	  open_sodium_internal, repeat_sodium },
	{ "openssl", BENCH_OTHER, "libcrypto.so.3", NULL,
	  open_openssl, repeat_openssl },
	{ "boringssl", BENCH_OTHER, "", NULL,
	  open_boringssl, repeat_boringssl },
	{ "aws-lc", BENCH_OTHER, "libcrypto-awslc.so.0", NULL,
	  open_boringssl, repeat_boringssl },
	{ "gnutls", BENCH_OTHER, "libgnutls.so.30", NULL,
	  open_gnutls, repeat_gnutls },
	{ "libgcrypt-nonce", BENCH_OTHER, "libgcrypt.so.20", NULL,
	  open_gcrypt, repeat_gcrypt_nonce },
	{ "libgcrypt-strong", BENCH_OTHER, "libgcrypt.so.20", NULL,
	  open_gcrypt, repeat_gcrypt_strong },
	{ 0 },
};

#define MAX_PEERS 40

/* After the library a row for each core of its own table. */
const struct bench_peer *bench_peers(void)
{
	static struct bench_peer peers[MAX_PEERS];
	static char names[MAX_PEERS][32];
	const struct bench_peer *fixed;
	const struct vgr_chacha20_impl *impl;
	size_t n = 0;

	if (peers[0].name)
		return peers;
	for (fixed = fixed_peers; fixed->name; fixed++) {
		peers[n++] = *fixed;
		if (fixed->kind != BENCH_OURS)
			continue;
		for (impl = vgr_chacha20_impls; impl->name; impl++, n++) {
			snprintf(names[n], sizeof(names[n]), "vgetrandom-%s",
				 impl->name);
			peers[n] = *fixed;
			peers[n].name = names[n];
			peers[n].kind = BENCH_OUR_CORE;
			peers[n].core = impl->name;
		}
	}
	return peers;
}

const struct bench_peer *bench_peer_named(const char *name)
{
	const struct bench_peer *peer;

	for (peer = bench_peers(); peer->name; peer++)
		if (!strcmp(peer->name, name))
			return peer;
	return NULL;
}

/* The first of the names that can be loaded; else what the last one lacked. */
static void *load_one_of(const char *sonames, char *note)
{
	char list[BENCH_NOTE_LEN], *rest = list, *soname;
	void *library = NULL;

	snprintf(note, BENCH_NOTE_LEN, "no usual name: give --load=NAME=PATH");
	snprintf(list, sizeof(list), "%s", sonames);
	while (!library && (soname = strsep(&rest, " ")) && *soname) {
		library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);
		if (!library)
			snprintf(note, BENCH_NOTE_LEN, "%s", dlerror());
	}
	return library;
}

int bench_peer_open(const struct bench_peer *peer, const char *path,
		    char note[BENCH_NOTE_LEN])
{
	void *library = NULL;

	if (!path && (peer->kind == BENCH_OURS || peer->kind == BENCH_OUR_CORE))
		path = bench_ours_path();
	if (peer->sonames) {
		library = load_one_of(path ? path : peer->sonames, note);
		if (!library)
			return -1;
	}
	return peer->open(library, note);
}
