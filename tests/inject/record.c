/* SPDX-License-Identifier: MIT */
/*
 * record.c - what one run gave out, and whether any of it is bad; see record.h.
 */
#include "record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "check.h"
#include "impl.h"

vgr_chacha20_blocks_fn vgr_chacha20_blocks_portable;

#define MAX_OUTPUTS	256
#define MAX_BYTES	(192 * 1024)
#define WINDOW		8
#define FILLER		0xa5a5a5a5a5a5a5a5

struct output {
	uint32_t start, len;
	int process;
	enum record_kind kind;
};

static struct record {
	uint32_t noutputs, nbytes, bad;
	int nprocesses;
	struct output outputs[MAX_OUTPUTS];
	uint8_t bytes[MAX_BYTES];
} *record;

static int process;

/* Windows of this run: who had them first.  A slot of another run is empty. */
#define NSEEN		(1u << 19)
static struct seen {
	uint64_t window;
	uint32_t run;
	uint32_t output;
} *seen;
static uint32_t run_number;

/* All 8-byte windows of the zero key's first blocks. */
#define NZERO_BLOCKS	128
#define NZERO		(1u << 15)
static uint64_t zero_key_windows[NZERO];

/*
 * 16-byte pieces at the start of, and every 16 bytes into, outputs of earlier
 * runs, as 8-byte digests; the oldest give way.
 */
#define NEARLIER	(1u << 20)
static uint64_t *earlier;

static uint64_t load(const uint8_t *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

static uint64_t mix(uint64_t word)
{
	word = (word ^ word >> 31) * 0x9e3779b97f4a7c15;
	return word ^ word >> 29;
}

static void learn_zero_key(void)
{
	static uint8_t stream[64 * NZERO_BLOCKS];
	static const uint8_t key[32];
	size_t i;
	uint32_t at;

	vgr_chacha20_blocks_portable(stream, key, 0, NZERO_BLOCKS);
	for (i = 0; i + WINDOW <= sizeof(stream); i++) {
		at = mix(load(stream + i)) % NZERO;
		while (zero_key_windows[at])
			at = (at + 1) % NZERO;
		zero_key_windows[at] = load(stream + i);
	}
}

static bool is_of_zero_key(uint64_t window)
{
	uint32_t at;

	for (at = mix(window) % NZERO; zero_key_windows[at];
	     at = (at + 1) % NZERO)
		if (zero_key_windows[at] == window)
			return true;
	return false;
}

static void *shared(size_t len)
{
	void *mapped = mmap(NULL, len, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (mapped == MAP_FAILED)
		hard_error("no memory");
	return mapped;
}

void record_init(void)
{
	earlier = shared(NEARLIER * sizeof(*earlier));
	learn_zero_key();
}

void record_init_worker(void)
{
	record = shared(sizeof(*record));
	seen = calloc(NSEEN, sizeof(*seen));
	if (!seen)
		hard_error("no memory");
}

void record_reset(void)
{
	record->noutputs = 0;
	record->nbytes = 0;
	record->bad = 0;
	record->nprocesses = 1;
	process = 0;
}

int record_new_process(void)
{
	return __atomic_fetch_add(&record->nprocesses, 1, __ATOMIC_SEQ_CST);
}

void record_be_process(int number)
{
	process = number;
}

void record_output(enum record_kind kind, const void *bytes, size_t len)
{
	uint32_t number = __atomic_fetch_add(&record->noutputs, 1,
					     __ATOMIC_SEQ_CST);
	uint32_t start = __atomic_fetch_add(&record->nbytes, (uint32_t)len,
					    __ATOMIC_SEQ_CST);

	if (number >= MAX_OUTPUTS || start + len > MAX_BYTES)
		hard_error("a run of too many outputs");
	memcpy(record->bytes + start, bytes, len);
	record->outputs[number] = (struct output){
		.start = start, .len = (uint32_t)len,
		.process = process, .kind = kind,
	};
}

void record_bad(unsigned int bits)
{
	__atomic_fetch_or(&record->bad, bits, __ATOMIC_SEQ_CST);
}

/* ---- The verdict ---------------------------------------------------------- */

static bool is_early_fork;

static unsigned int judge_pair(const struct output *a, const struct output *b)
{
	if (a->process != b->process) {
		/* A fork copies what was in the buffer by then. */
		if (a->kind == RECORD_ABANDONED || b->kind == RECORD_ABANDONED)
			return 0;
		if (a->kind == RECORD_CALL && b->kind == RECORD_CALL)
			return is_early_fork ? BAD_TWINS : BAD_TAIL;
	}
	return BAD_REPEAT;
}

/*
 * Where what was written of an abandoned buffer ends: too few bytes of such a
 * window are random to be alone.
 */
static bool is_at_edge(uint64_t window)
{
	return (uint32_t)window == (uint32_t)FILLER ||
	       window >> 32 == FILLER >> 32;
}

static unsigned int judge_window(uint64_t window, uint32_t number)
{
	uint32_t at = mix(window) % NSEEN;

	if (record->outputs[number].kind == RECORD_ABANDONED &&
	    is_at_edge(window))
		return 0;
	for (; seen[at].run == run_number; at = (at + 1) % NSEEN) {
		if (seen[at].window != window)
			continue;
		if (seen[at].output == number)
			return BAD_REPEAT;
		return judge_pair(&record->outputs[seen[at].output],
				  &record->outputs[number]);
	}
	seen[at] = (struct seen){ window, run_number, number };
	return 0;
}

static unsigned int judge_output(uint32_t number)
{
	const struct output *output = &record->outputs[number];
	const uint8_t *bytes = record->bytes + output->start;
	unsigned int bad = 0;
	size_t i;

	for (i = 0; i + WINDOW <= output->len; i++) {
		uint64_t window = load(bytes + i);

		/* What was left in a buffer is void, but may not come again. */
		if (output->kind != RECORD_ABANDONED) {
			if (!window)
				bad |= BAD_ZEROS;
			if (is_of_zero_key(window))
				bad |= BAD_ZERO_KEY;
		} else if (!window || is_of_zero_key(window)) {
			continue;
		}
		bad |= judge_window(window, number);
	}
	for (i = 0; i + 16 <= output->len; i++)
		if (earlier[mix(load(bytes + i)) % NEARLIER] ==
		    (load(bytes + i) ^ mix(load(bytes + i + 8))) &&
		    load(bytes + i) != FILLER &&
		    load(bytes + i + 8) != FILLER && load(bytes + i))
			bad |= BAD_REPEAT;
	return bad;
}

/* What the call would have given without a fault is now of a dead key. */
static unsigned int judge_before(const struct output *output)
{
	const uint8_t *bytes = record->bytes + output->start;
	uint64_t window;
	uint32_t at;
	size_t i;

	for (i = 0; i + WINDOW <= output->len; i++) {
		window = load(bytes + i);
		for (at = mix(window) % NSEEN; seen[at].run == run_number;
		     at = (at + 1) % NSEEN)
			if (seen[at].window == window &&
			    record->outputs[seen[at].output].kind == RECORD_CALL)
				return BAD_STALE;
	}
	return 0;
}

static void remember(const struct output *output)
{
	const uint8_t *bytes = record->bytes + output->start;
	size_t i;

	for (i = 0; i + 16 <= output->len; i += 16)
		earlier[mix(load(bytes + i)) % NEARLIER] =
			load(bytes + i) ^ mix(load(bytes + i + 8));
}

static bool has(enum record_kind kind, const uint8_t *bytes, size_t len)
{
	uint32_t i;

	for (i = 0; i < record->noutputs; i++)
		if (record->outputs[i].kind == kind &&
		    record->outputs[i].len == len &&
		    !memcmp(record->bytes + record->outputs[i].start, bytes,
			    len))
			return true;
	return false;
}

/* Without a fault the call gives what the state foretold. */
static bool agrees(void)
{
	uint32_t i;

	for (i = 0; i < record->noutputs; i++)
		if (record->outputs[i].kind == RECORD_BEFORE &&
		    !has(RECORD_CALL, record->bytes + record->outputs[i].start,
			 record->outputs[i].len))
			return false;
	return true;
}

unsigned int record_judge(bool is_early, bool must_differ, bool must_agree)
{
	unsigned int bad = record->bad;
	uint32_t i;

	is_early_fork = is_early;
	run_number++;
	for (i = 0; i < record->noutputs; i++)
		if (record->outputs[i].kind != RECORD_BEFORE)
			bad |= judge_output(i);
	for (i = 0; i < record->noutputs; i++)
		if (record->outputs[i].kind != RECORD_BEFORE)
			remember(&record->outputs[i]);
		else if (must_differ)
			bad |= judge_before(&record->outputs[i]);
	if (must_agree && !agrees())
		bad |= BAD_ANSWER;
	return bad;
}

const char *record_names(unsigned int bits)
{
	static const char *const names[] = {
		"zeros ", "repeat ", "zero-key ", "answer ", "slow ", "stale ",
		"crash ", "rest ", "tail ", "unreached ", "lost ",
		"alone ", "twins ",
	};
	static char text[128];
	size_t i;

	text[0] = '\0';
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (bits >> i & 1)
			strcat(text, names[i]);
	return text;
}
