/* SPDX-License-Identifier: MIT */
/*
 * peer-vdso.c - the kernel's own vgetrandom(), called as a C library would.
 *
 * States are cut from one mapping and handed to threads; a thread that ends
 * gives its state back.  Simple on purpose: this is a measure, not a library,
 * and knows nothing of fork in the middle of a hand-over.
 */
#include "peers.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vdso.h"
#include "vgetrandom.h"

#define MAX_STATES 16384

typedef ssize_t vdso_getrandom_fn(void *buf, size_t len, unsigned int flags,
				  void *state, size_t state_len);

static vdso_getrandom_fn *vdso_getrandom;
static size_t state_len;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *spare[MAX_STATES];
static size_t nspare;

static pthread_key_t at_exit;
static __thread void *my_state;

static void give_back(void *state)
{
	pthread_mutex_lock(&lock);
	spare[nspare++] = state;
	pthread_mutex_unlock(&lock);
}

static void *take(void)
{
	void *state = NULL;

	pthread_mutex_lock(&lock);
	if (nspare)
		state = spare[--nspare];
	pthread_mutex_unlock(&lock);
	if (state)
		pthread_setspecific(at_exit, state);
	return state;
}

/* Memory is only touched, and so only taken, when a thread uses its state. */
static int map_states(const struct vgetrandom_opaque_params *params)
{
	size_t page_len = (size_t)sysconf(_SC_PAGESIZE);
	size_t states_per_page = page_len / params->size_of_opaque_state;
	size_t npages = MAX_STATES / states_per_page, page, i;
	unsigned char *pages;

	pages = mmap(NULL, npages * page_len, (int)params->mmap_prot,
		     (int)params->mmap_flags, -1, 0);
	if (pages == MAP_FAILED)
		return -1;
	for (page = npages; page-- > 0;)
		for (i = states_per_page; i-- > 0;)
			spare[nspare++] = pages + page * page_len +
					  i * params->size_of_opaque_state;
	return 0;
}

int bench_vdso_open(void *library, char note[BENCH_NOTE_LEN])
{
	struct vgr_vdso_function function = vgr_vdso_find("getrandom");
	struct vgetrandom_opaque_params params = { 0 };

	(void)library;
	if (!function.code) {
		snprintf(note, BENCH_NOTE_LEN,
			 "this kernel's vDSO has no getrandom");
		return -1;
	}
	memcpy(&vdso_getrandom, &function.code, sizeof(vdso_getrandom));
	if (vdso_getrandom(NULL, 0, 0, &params, ~0UL) ||
	    pthread_key_create(&at_exit, give_back) || map_states(&params)) {
		snprintf(note, BENCH_NOTE_LEN,
			 "the vDSO's getrandom says no, or no memory");
		return -1;
	}
	state_len = params.size_of_opaque_state;
	snprintf(note, BENCH_NOTE_LEN, "%zu bytes of state a thread",
		 state_len);
	return 0;
}

unsigned long bench_vdso_repeat(void *buf, size_t len, unsigned long calls)
{
	unsigned long nfailed = 0;

	if (!my_state && !(my_state = take()))
		return calls;
	while (calls--)
		nfailed += vdso_getrandom(buf, len, 0, my_state, state_len) !=
			   (ssize_t)len;
	return nfailed;
}
