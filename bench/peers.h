/* SPDX-License-Identifier: MIT */
/*
 * peers.h - the generators that are compared, each behind one loop.
 */
#ifndef BENCH_PEERS_H
#define BENCH_PEERS_H

#include <stdbool.h>
#include <stddef.h>

#define BENCH_NOTE_LEN	160

/* Asks 'calls' times for len bytes; returns how many of them were refused. */
typedef unsigned long bench_repeat_fn(void *buf, size_t len,
				      unsigned long calls);

enum bench_kind {
	BENCH_HARNESS,		/* draws nothing: the harness itself */
	BENCH_OURS,		/* this library with the core it chose */
	BENCH_OUR_CORE,		/* this library with a core named by us */
	BENCH_OTHER,
};

struct bench_peer {
	const char *name;	/* as in call/NAME/16; no slash, no blank */
	enum bench_kind kind;
	const char *sonames;	/* tried in turn, blanks between; or NULL */
	const char *core;	/* VGETRANDOM_CORE, or NULL to leave it alone */

	/*
	 * Finds the functions and starts the library.  Writes to note what it
	 * is (version, mode) and returns 0, or why it cannot be used and -1.
	 */
	int (*open)(void *library, char note[BENCH_NOTE_LEN]);
	bench_repeat_fn *repeat;
};

/* The table ends with a peer whose name is NULL. */
const struct bench_peer *bench_peers(void);
const struct bench_peer *bench_peer_named(const char *name);

/*
 * Loads and opens a peer, from path if that is not NULL.  Once in a process:
 * what a peer finds is kept in static pointers.
 */
int bench_peer_open(const struct bench_peer *peer, const char *path,
		    char note[BENCH_NOTE_LEN]);

/* dlsym for functions: ISO C has no cast from void * to them. */
bool bench_find(void *library, const char *name, void *function);

/* peer-ours.c: the library that belongs to this command, or NULL: any. */
const char *bench_ours_path(void);
int bench_ours_open(void *library, char note[BENCH_NOTE_LEN]);
unsigned long bench_ours_repeat(void *buf, size_t len, unsigned long calls);

/* peer-vdso.c */
int bench_vdso_open(void *library, char note[BENCH_NOTE_LEN]);
unsigned long bench_vdso_repeat(void *buf, size_t len, unsigned long calls);

#endif
