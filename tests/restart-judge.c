/* SPDX-License-Identifier: MIT */
/*
 * restart-judge.c - what was given out in a run, by whom, and whether anybody
 * got a byte that he may not have; see restart-run.h.
 */
#include "restart-actions.h"

#ifdef VGR_CAN_RESTART

#include <stdio.h>
#include <string.h>

#include "chacha20.h"
#include "check-windows.h"

#define MAX_RECORDS	256

/* Shared with a forked child, which gives out its share. */
static struct {
	size_t n, used;
	uint64_t nsystem_calls;
	struct {
		enum giver giver;
		size_t at, len;
	} record[MAX_RECORDS];
	uint8_t bytes[64 * 1024];
} *given;

static struct run *const now = &restart_now;
static struct windows windows, keystream_of_zeros;

static const char *const giver_names[] = {
	"the call", "a handler", "the child's call", "the child",
	"what follows", "a buffer left behind",
};

void restart_give(enum giver giver, const void *bytes, size_t len)
{
	if (given->n == MAX_RECORDS ||
	    given->used + len > sizeof(given->bytes))
		hard_error("too many bytes given out");
	memcpy(given->bytes + given->used, bytes, len);
	given->record[given->n].giver = giver;
	given->record[given->n].at = given->used;
	given->record[given->n].len = len;
	given->used += len;
	given->n++;
}

void restart_give_calls(uint64_t n)
{
	given->nsystem_calls = n;
}

uint64_t restart_given_calls(void)
{
	return given->nsystem_calls;
}

void restart_begin_record(void)
{
	given->n = given->used = 0;
	given->nsystem_calls = 0;
}

_Noreturn void restart_wrong(const char *what)
{
	printf("%s: \"%s\" stopped at %#lx, pass %u of %u, %s a section; there: %s\n",
	       what, now->shape->name, (unsigned long)now->stop->at,
	       now->stop->nth, now->stop->nturns,
	       now->stop->in_section ? "in" : "in no", now->action->name);
	fflush(stdout);
	_exit(1);
}

static void check_repeats(enum giver giver, const uint8_t *bytes, size_t len)
{
	const struct window *other;
	char line[80];
	size_t i;

	if (len == 4 && giver == BY_CALL && !memcmp(bytes, "\0\0\0\0", 4))
		restart_wrong("four zeros");
	for (i = 0; i + WINDOW_LEN <= len; i++) {
		/* What was not written. */
		if (giver == IN_BUFFER_LEFT &&
		    check_longest_zero_run(bytes + i, WINDOW_LEN) > 3)
			continue;
		other = windows_add(&windows, bytes + i, giver);
		/* Both have what was there for a fork, as after the call. */
		if (other && !(now->stop->is_tail && giver == BY_CALL &&
			       other->whose == BY_CHILDS_CALL)) {
			snprintf(line, sizeof(line), "repeated: %s and %s",
				 giver_names[giver], giver_names[other->whose]);
			restart_wrong(line);
		}
		if (windows_find(&keystream_of_zeros, bytes + i))
			restart_wrong("keystream of the key of zeros");
	}
	if (giver != IN_BUFFER_LEFT && check_longest_zero_run(bytes, len) >= 8)
		restart_wrong("zeros");
}

/* Nobody has had bytes that are in there, but for one giver. */
static void check_unseen(const void *where, size_t len, enum giver but,
			 const char *what)
{
	const struct window *found;
	size_t i;

	for (i = 0; i + WINDOW_LEN <= len; i++) {
		found = windows_find(&windows, (const uint8_t *)where + i);
		if (found && found->whose != but)
			restart_wrong(what);
	}
}

static void check_keystream_unseen(const uint8_t *key, enum giver but,
				   const char *what)
{
	static uint8_t keystream[96 * 64];

	vgr_chacha20_blocks_portable(keystream, key, 0, sizeof(keystream) / 64);
	check_unseen(keystream, sizeof(keystream), but, what);
}

/* Four bytes, which by chance are elsewhere, too: only in a general register. */
static void check_word_unseen(const uint8_t *bytes)
{
	size_t i;

	for (i = 0; i < 16; i++)
		if (!memcmp(now->frame + 8 * i, bytes, 4))
			restart_wrong("a word of the signal's frame was given out");
}

/* The windows of one giver alone, to be compared with what it may not give. */
static void only(enum giver giver)
{
	size_t n, i;

	windows_empty(&windows);
	for (n = 0; n < given->n; n++)
		if (given->record[n].giver == giver)
			for (i = 0; i + WINDOW_LEN <= given->record[n].len; i++)
				windows_add(&windows, given->bytes +
					    given->record[n].at + i, giver);
}

void restart_judge(void)
{
	bool is_void = now->naborts;
	bool is_integer = now->shape->kind != BYTES;
	int i;
	size_t n;

	windows_empty(&windows);
	for (n = 0; n < given->n; n++)
		check_repeats(given->record[n].giver,
			      given->bytes + given->record[n].at,
			      given->record[n].len);
	/* Behind its section an integer is in the register it comes back in. */
	if (!now->is_unwatched && (is_void || !is_integer)) {
		check_unseen(now->frame, now->frame_len, IN_BUFFER_LEFT,
			     "bytes of the signal's frame were given out");
		for (n = 0; n < given->n; n++)
			if (given->record[n].len == 4 &&
			    given->record[n].giver == BY_CALL)
				check_word_unseen(given->bytes +
						  given->record[n].at);
	}
	for (i = 0; i < now->ndead_keys; i++)
		check_keystream_unseen(now->dead_keys[i], IN_BUFFER_LEFT,
				       "keystream of a key that an aborted section had");
	if (!now->action->makes_stale || !is_void)
		return;
	only(restart_fork_is_why(now->action) ? BY_CHILDS_CALL : BY_CALL);
	check_unseen(now->before.batch, VGR_BATCH_LEN, IN_BUFFER_LEFT,
		     "bytes of a batch that was stale");
	check_keystream_unseen(now->before.key, IN_BUFFER_LEFT,
			       "bytes of a key that was stale");
}

void restart_init_judge(void)
{
	static const uint8_t zeros[VGR_KEY_LEN];
	static uint8_t keystream[96 * 64];
	size_t i;

	given = mmap(NULL, sizeof(*given),
			     PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (given == MAP_FAILED)
		hard_error("no memory");
	windows_init(&windows, 1 << 17);
	windows_init(&keystream_of_zeros, 1 << 14);
	vgr_chacha20_blocks_portable(keystream, zeros, 0,
				     sizeof(keystream) / 64);
	for (i = 0; i + WINDOW_LEN <= sizeof(keystream); i++)
		windows_add(&keystream_of_zeros, keystream + i, 0);
}

#endif
