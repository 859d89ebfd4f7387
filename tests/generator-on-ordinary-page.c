/* SPDX-License-Identifier: MIT */
/*
 * Claim: on any machine and on a page of any kind, with every core: what the
 * generator hands out is ChaCha20 under the key the kernel gave last, block
 * after block as generator.c says, whatever is dropped, or made stale, between
 * any two of its steps; and the bytes handed out are zero in the batch.
 *
 * Who says what is stale, and the kernel that gives keys, are played here: each
 * question to them is a step at which the page can go or the generation move.
 * So this runs where the library itself would only make system calls.
 *
 * To see it fail: in generator.c, fetch the key before the stamp is written, or
 * leave out the last vgr_generation_is_current of produce.
 */
#undef VGR_CAN_RESTART		/* this slot is no thread's */
#include "../src/vgetrandom/generator.c"

#include <sys/mman.h>
#include <unistd.h>

#include "chacha20-cores.h"
#include "check-slot.h"

#define MAX_LEN		40000
#define MAX_STEPS	64

/* ---- The parts that are played ----------------------------------------------- */

static uint64_t generation = 7;
const volatile uint64_t *vgr_generation_word = &generation;

static struct vgr_slot slot;
static uint8_t *page;
static size_t page_len;

static uint8_t given_key[VGR_KEY_LEN];	/* the last one */
static int ngiven;
static int nsteps, first_event, second_event;
static int is_drop;			/* else the generation moves */

static void next_step(void)
{
	nsteps++;
	if (nsteps != first_event && nsteps != second_event)
		return;
	if (is_drop)
		check_eq(madvise(page, page_len, MADV_DONTNEED), 0);
	else
		generation++;
}

bool vgr_generation_is_current(const struct vgr_slot *of)
{
	bool is_current = !of->flags &&
			  of->state->stamp[VGR_SOURCE_KERNEL] == generation;

	next_step();
	return is_current;
}

bool vgr_generation_may_refill(const struct vgr_slot *of)
{
	(void)of;
	next_step();
	return true;
}

bool vgr_generation_is_certain(const struct vgr_slot *of)
{
	(void)of;
	return true;
}

int vgr_generation_certify(void)
{
	return 0;
}

bool vgr_generation_is_quiesced(void)
{
	return false;
}

int vgr_generation_read(enum vgr_source source, uint64_t *stamp)
{
	next_step();
	*stamp = source == VGR_SOURCE_KERNEL ? generation : 0;
	next_step();
	return 0;
}

int vgr_entropy_key(uint8_t key[VGR_KEY_LEN])
{
	next_step();
	check_random_bytes(given_key, sizeof(given_key));
	memcpy(key, given_key, VGR_KEY_LEN);
	ngiven++;
	next_step();
	return 0;
}

/* ---- What it must come to ------------------------------------------------------ */

/* The request's bytes from an empty batch, and how many the last one gave. */
static size_t expect(uint8_t *out, size_t len)
{
	uint8_t run[VGR_DIRECT_MAX + VGR_BATCH_LEN + VGR_KEY_LEN];
	uint8_t key[VGR_KEY_LEN];
	size_t direct, taken = 0;

	memcpy(key, given_key, sizeof(key));
	while (len) {
		direct = vgr_min(len - len % 1024, VGR_DIRECT_MAX);
		taken = vgr_min(len - direct, VGR_BATCH_LEN);
		vgr_chacha20_blocks_portable(run, key, 0,
					     direct / 64 + VGR_REFILL_NBLOCKS);
		memcpy(out, run, direct + taken);
		memcpy(key, run + direct + VGR_BATCH_LEN, sizeof(key));
		out += direct + taken;
		len -= direct + taken;
	}
	return taken;
}

static void check_served(const uint8_t *out, size_t len)
{
	static uint8_t wanted[MAX_LEN];
	size_t taken = expect(wanted, len);

	check_bytes(out, wanted, len);
	check_eq(vgr_position(slot.cursor), taken);
	check_eq(check_longest_zero_run(slot.state->batch, taken), taken);
}

/* A first request, so that keys and batch are there to be lost. */
static void begin(void)
{
	uint8_t out[16];

	memset(&slot, 0, sizeof(slot));
	memset(page, 0, page_len);
	slot.state = (struct vgr_state *)page;
	slot_move_to(&slot, VGR_BATCH_LEN);
	first_event = second_event = 0;
	check_eq(vgr_generator_fill(&slot, VGR_BEHIND_DOOR, out, sizeof(out)), 0);
	check_served(out, sizeof(out));
	vgr_generator_forget(&slot);
	nsteps = ngiven = 0;
}

/* Returns whether the request had so many steps. */
static int check_events(size_t len, int first, int second)
{
	static uint8_t out[MAX_LEN];
	int error;

	begin();
	first_event = first;
	second_event = second;
	error = vgr_generator_fill(&slot, VGR_BEHIND_DOOR, out, len);
	if (!error) {
		check_served(out, len);
	} else {
		check_eq(error, -EAGAIN);
		check(second && second <= nsteps);
		check_eq(check_longest_zero_run(page, VGR_STATE_LEN),
			 VGR_STATE_LEN);
	}
	check(ngiven <= 2);
	return second <= nsteps;
}

static void check_length(size_t len)
{
	int first, second;

	for (is_drop = 0; is_drop < 2; is_drop++)
		for (first = 0; first < MAX_STEPS; first++) {
			for (second = first + 1; second < MAX_STEPS; second++)
				if (!check_events(len, first, second))
					break;
			check(second < MAX_STEPS);
			if (second == first + 1)
				break;
		}
}

int main(void)
{
	static const size_t lens[] = { 1, 16, 100, 928, 929, 1024, 3000,
				       14 * 1024, 15 * 1024 + 77, MAX_LEN };
	const struct vgr_chacha20_impl *impl;
	size_t i;

	page_len = (size_t)sysconf(_SC_PAGESIZE);
	page = mmap(NULL, page_len, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(page != MAP_FAILED);

	for_each_core(impl) {
		vgr_chacha20_blocks = impl->blocks;
		for (i = 0; i < sizeof(lens) / sizeof(*lens); i++)
			check_length(lens[i]);
	}
	return 0;
}
