/* SPDX-License-Identifier: MIT */
/*
 * Claim: a thread's destructors may draw, in whatever order they and ours come:
 * those of thread_local objects, those of thread-specific keys made before and
 * after the library's, in every round.  Once ours has run requests are system
 * calls; and the thread's slot comes back.
 *
 * To see it fail: have vgr_thread_exit in thread.c set the pointer to NULL in
 * place of &no_slot.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check-draw.h"
#include "check-slot.h"
#include "check-tier.h"
#include "check.h"

#ifndef PTHREAD_DESTRUCTOR_ITERATIONS
#define PTHREAD_DESTRUCTOR_ITERATIONS 4
#endif
#define PIECE_LEN	32
#define MAX_PIECES	(3 + 2 * PTHREAD_DESTRUCTOR_ITERATIONS)
#define NTHREADS	50

/* The C++ runtime's way to have a destructor run at a thread's end. */
extern int __cxa_thread_atexit_impl(void (*destructor)(void *), void *object,
				    void *library) __attribute__((weak));
extern void *__dso_handle __attribute__((visibility("hidden")));

struct life {
	int draws_before;	/* in the thread itself */
	int draws_in_object;
	int nrounds_early;	/* in key destructors before ours */
	int nrounds_late;	/* ... and after */
	size_t npieces;
	uint8_t pieces[MAX_PIECES][PIECE_LEN];
	int had_slot_in_object, had_slot_early, had_slot_in_last;
};

static pthread_key_t early_key, late_key;
static int has_early_key;

static void draw_piece(struct life *life)
{
	check(life->npieces < MAX_PIECES);
	draw(life->pieces[life->npieces++], PIECE_LEN);
}

static void at_object_end(void *argument)
{
	struct life *life = argument;

	draw_piece(life);
	life->had_slot_in_object = vgr_thread_has_slot();
}

static void at_early_end(void *argument)
{
	struct life *life = argument;

	draw_piece(life);
	if (life->nrounds_early == PTHREAD_DESTRUCTOR_ITERATIONS)
		life->had_slot_early = vgr_thread_has_slot();
	if (--life->nrounds_early)
		pthread_setspecific(early_key, life);
}

static void at_late_end(void *argument)
{
	struct life *life = argument;

	draw_piece(life);
	life->had_slot_in_last = vgr_thread_has_slot();
	if (--life->nrounds_late)
		pthread_setspecific(late_key, life);
}

/* Before the library's constructor, and so its key before the library's. */
static void make_early_key(void)
{
	has_early_key = !pthread_key_create(&early_key, at_early_end);
}

__attribute__((section(".preinit_array"), used))
static void (*const run_first)(void) = make_early_key;

static void *live(void *argument)
{
	struct life *life = argument;

	if (life->draws_before)
		draw_piece(life);
	if (life->draws_in_object)
		__cxa_thread_atexit_impl(at_object_end, life, &__dso_handle);
	if (life->nrounds_early)
		pthread_setspecific(early_key, life);
	if (life->nrounds_late)
		pthread_setspecific(late_key, life);
	return NULL;
}

/* Returns how many slots stayed behind. */
static uint64_t live_often(struct life *life, const char *what)
{
	const struct life as_given = *life;
	struct vgetrandom_info before = info_now(), after;
	pthread_t thread;
	int i;

	for (i = 0; i < NTHREADS; i++) {
		*life = as_given;
		if (pthread_create(&thread, NULL, live, life) ||
		    pthread_join(thread, NULL))
			hard_error("no thread");
		check_unique_windows(life->pieces, life->npieces * PIECE_LEN);
	}
	after = info_now();
	printf("%s: %zu draws, %llu system calls, %llu slots more\n", what,
	       NTHREADS * life->npieces,
	       (unsigned long long)(after.system_calls - before.system_calls),
	       (unsigned long long)(after.slots - before.slots));
	return after.slots - before.slots;
}

int main(void)
{
	const int all = PTHREAD_DESTRUCTOR_ITERATIONS;
	struct life life;
	int tier = check_tier();

	/* Where nothing runs before the library, it comes after ours, too. */
	if (!has_early_key)
		check(!pthread_key_create(&early_key, at_early_end));
	check(!pthread_key_create(&late_key, at_late_end));
	draw_away(16);

	life = (struct life){ .draws_before = 1, .nrounds_early = all,
			      .nrounds_late = all };
	check_eq(live_often(&life, "every round"), 0);
	if (tier < 3) {
		check(life.had_slot_early == has_early_key);
		check(!life.had_slot_in_last);
	}

	life = (struct life){ .nrounds_late = 1 };
	check_eq(live_often(&life, "first call after ours could have run"), 0);
	life = (struct life){ .nrounds_early = 1 };
	check_eq(live_often(&life, "first call before ours"), 0);

	if (__cxa_thread_atexit_impl) {
		life = (struct life){ .draws_in_object = 1,
				      .nrounds_late = all };
		check_eq(live_often(&life, "first call of an object's"), 0);
		check_eq(life.had_slot_in_object, tier < 3);
		check(!life.had_slot_in_last);
	}
	return 0;
}
