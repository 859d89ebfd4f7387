/* SPDX-License-Identifier: MIT */
/*
 * generator.c - stretches one 256-bit key into as many bytes as asked for.
 *
 * Fast key erasure: one ChaCha20 run yields output, batch and the next key
 * together, so the key behind a byte is gone before the caller sees that byte.
 * Block order is RFC 8439's, the counter starts at 0 with each key, and the
 * next key is the last 32 bytes of the run.
 *
 * Behind a door a call is alone with its state.  A restartable one (restart.h)
 * is not: a signal handler may draw between any two lines.  So each write says
 * under which cursor it is right and is not done if that has moved, and then
 * another look at the slot tells how to go on.
 *
 * Knows nothing of threads, pages or flags.
 */
#include "generator.h"

#include <errno.h>

#include "chacha20.h"
#include "entropy.h"
#include "restart.h"

/* Bytes written straight to the caller come in pieces of every core's width. */
#define DIRECT_STEP	1024

/* A request that was stopped so often, and got no byte between, gives up. */
#define MAX_STOPPED	8

/* What is no errno: */
enum {
	STOPPED = 1,	/* a write was not done: look again */
	RESTART,	/* what is there of the request is void */
	NO_KEY,		/* the one there is stale */
	UNCERTAIN,	/* it is time to certify the kernel's word again */
};

/* A request at work on a slot. */
struct work {
	struct vgr_slot *slot;
	enum vgr_road road;
	uint8_t nstopped;	/* since the last byte */
	uint8_t nrestarts;
	uint16_t direct;	/* bytes of this run straight to the caller */
	uint64_t cursor;	/* as we found or made it */
	uint64_t vintage;	/* of the stamps; 0: not looked yet */
	uint8_t *buf;
	size_t len, done;
};

/* ---- Whatever writes to a state ------------------------------------------- */

/* false: the cursor was another, or became one, and what was written is void. */

static inline __attribute__((always_inline))
bool run_blocks(const struct work *work, uint8_t *out, uint64_t counter,
		       size_t nblocks)
{
	const uint8_t *key = work->slot->state->key;

	if (work->road == VGR_RESTARTABLE)
		return vgr_restart_blocks(out, key, counter, nblocks,
					  work->slot, work->cursor);
	vgr_chacha20_blocks(out, key, counter, nblocks);
	return true;
}

static __attribute__((noinline))
bool move(const struct work *work, void *to, void *from, size_t len)
{
	if (work->road == VGR_RESTARTABLE)
		return vgr_restart_move(to, from, len, work->slot, work->cursor);
	vgr_copy_and_zero(to, from, len);
	return true;
}

/* Wipes the state, and then the slot's flags but for those to keep. */
static bool wipe(const struct work *work, uint32_t flags_to_keep)
{
	struct vgr_slot *slot = work->slot;
	struct vgr_state *state = slot->state;

	if (work->road == VGR_RESTARTABLE)
		return vgr_restart_wipe(slot, flags_to_keep, work->cursor);
	/* First the stamps: what is half wiped is not fresh. */
	vgr_wipe(state->line, sizeof(state->line));
	vgr_wipe(state->batch, sizeof(state->batch));
	vgr_wipe(state->key, sizeof(state->key));
	__atomic_fetch_and(&slot->flags, flags_to_keep, __ATOMIC_SEQ_CST);
	return true;
}

/* Fails if the cursor was another. */
static bool move_cursor(struct work *work, uint64_t to)
{
	/*
	 * A call that was carried to another thread must not write here: beside
	 * its owner's a write without a lock could set the cursor back.
	 */
	if (work->road == VGR_BEHIND_DOOR)
		work->slot->cursor = to;
	else if (!vgr_restart_swap(work->slot, work->cursor, to))
		return false;
	work->cursor = to;
	return true;
}

/* From here on there is neither key nor batch, but we make them. */
static bool begin_run(struct work *work)
{
	return move_cursor(work, vgr_next_unmade(work->cursor));
}

static bool end_run(struct work *work)
{
	return move_cursor(work, vgr_made(work->cursor));
}

static void forget(struct work *work)
{
	int attempt;

	for (attempt = 0; attempt <= MAX_STOPPED; attempt++) {
		work->cursor = vgr_peek(work->slot->cursor);
		if (begin_run(work) && wipe(work, ~0u))
			break;
	}
}

void vgr_generator_forget(struct vgr_slot *slot)
{
	struct work work = { .slot = slot, .road = VGR_BEHIND_DOOR };

	forget(&work);
}

/* ---- Keys from the kernel ------------------------------------------------- */

/* Each a call of its own: they are made from where little is on the stack. */

/*
 * No key, and no mark: it is taken away before the sources are read, so who
 * marks the slot from here on finds it marked at the last look.
 */
static __attribute__((noinline)) int unmake(struct work *work)
{
	if (!begin_run(work) || !wipe(work, ~VGR_SLOT_STALE))
		return STOPPED;
	return vgr_peek(work->slot->flags) & VGR_SLOT_ORPHANED ? -EAGAIN : 0;
}

static uint64_t next_vintage(struct vgr_slot *slot)
{
	/* Locked: a call may have been carried to another thread. */
	return __atomic_add_fetch(&slot->nkernel_keys, 1, __ATOMIC_RELAXED);
}

/*
 * Stamps come before the key, not after: a child forked between the two has a
 * wiped page and must not stamp an all-zero key as fresh.  Pairs with the last
 * look in vgr_generator_fill and in vgr_generator_end.
 */
static __attribute__((noinline))
int stamp(const struct work *work, enum vgr_source source)
{
	uint64_t value;

	if (vgr_generation_read(source, &value))
		return -EAGAIN;
	return move(work, &work->slot->state->stamp[source], &value,
		    sizeof(value)) ? 0 : STOPPED;
}

/* Last of the stamps: the number of this set of them. */
static __attribute__((noinline)) int stamp_vintage(struct work *work)
{
	uint64_t value;

	/*
	 * After the sources: who read the number of requests that a quiesce has
	 * moved sees the quiesce, too, and makes no key that would be current.
	 */
	if (vgr_generation_is_quiesced())
		return -EAGAIN;
	work->vintage = value = next_vintage(work->slot);
	return move(work, &work->slot->state->vintage, &value, sizeof(value)) ?
	       0 : STOPPED;
}

/* A key for the run that was begun, under the stamps that are there. */
static __attribute__((noinline)) int fetch_key(struct work *work)
{
	struct vgr_state *state = work->slot->state;
	int error;

	/* Not straight into place: who was stopped here may write late. */
	error = vgr_entropy_key(state->batch);
	if (error)
		return error;
	return move(work, state->key, state->batch, VGR_KEY_LEN) ? 0 : STOPPED;
}

/* Who was at a run was stopped, or left for good: his key is no more. */
static int renew(struct work *work)
{
	if (!begin_run(work))
		return STOPPED;
	next_vintage(work->slot);
	return fetch_key(work);
}

/* 0: the batch has bytes, or the key is there to make some. */
static __attribute__((noinline)) int look(struct work *work)
{
	struct vgr_slot *slot = work->slot;
	uint64_t vintage;

	work->cursor = vgr_peek(slot->cursor);
	vgr_signal_fence();
	/* A slot that comes to another owner gets another cursor first. */
	if (work->road == VGR_RESTARTABLE &&
	    (!vgr_restart_still(slot) || !vgr_restart_may_begin()))
		return -EAGAIN;

	if (!vgr_generation_is_current(slot))
		/* From the first byte on: a fork may be why it is not. */
		return work->vintage ? RESTART : NO_KEY;
	/* A handler of ours may have put stamps in the place of lost ones. */
	vintage = vgr_peek(slot->state->vintage);
	if (work->vintage && vintage != work->vintage)
		return RESTART;
	if (!vintage)		/* who stamped it was stopped before this one */
		return NO_KEY;
	work->vintage = vintage;
	if (vgr_is_unmade(work->cursor))
		return renew(work);
	if (vgr_position(work->cursor) < VGR_BATCH_LEN)
		return 0;
	if (!vgr_generation_may_refill(slot)) {
		forget(work);
		return RESTART;
	}
	return vgr_generation_is_certain(slot) ? 0 : UNCERTAIN;
}

/* ---- Requests ------------------------------------------------------------- */

/* How much of a request is not worth the way through the batch. */
static size_t direct_len(size_t len)
{
	return vgr_min(len - len % DIRECT_STEP, VGR_DIRECT_MAX);
}

static void is_done(struct work *work, size_t len)
{
	work->done += len;
	if (len)
		work->nstopped = 0;
}

/* Replaces key and batch, having written some of the same run to the caller. */
static bool refill(struct work *work)
{
	work->direct = (uint16_t)direct_len(work->len - work->done);
	if (!vgr_is_unmade(work->cursor) && !begin_run(work))
		return false;
	if (work->direct && !run_blocks(work, work->buf + work->done, 0,
					work->direct / 64))
		return false;
	if (!run_blocks(work, work->slot->state->batch, work->direct / 64,
			VGR_REFILL_NBLOCKS) ||
	    !end_run(work))
		return false;
	is_done(work, work->direct);
	return true;
}

/* What the batch has of them.  First the cursor: nobody else gets these bytes. */
static __attribute__((noinline)) int take(struct work *work)
{
	struct vgr_slot *slot = work->slot;
	uint8_t *to = work->buf + work->done;
	uint8_t *from = slot->state->batch + vgr_position(work->cursor);
	size_t n = vgr_min(work->len - work->done,
			   VGR_BATCH_LEN - vgr_position(work->cursor));

	if (work->road == VGR_BEHIND_DOOR) {
		slot->cursor += n;
		vgr_copy_and_zero(to, from, n);
	} else if (!vgr_restart_take(to, from, n, slot, work->cursor)) {
		return STOPPED;
	}
	work->cursor += n;
	is_done(work, n);
	return 0;
}

/*
 * The next bytes of a request, at least one if it wants any.  A call of its own:
 * what it keeps is not on the stack while others go deep.
 */
static __attribute__((noinline)) int produce(struct work *work)
{
	bool is_used_up = vgr_position(work->cursor) == VGR_BATCH_LEN;

	if ((vgr_is_unmade(work->cursor) ||
	     (is_used_up && work->done < work->len)) && !refill(work))
		return STOPPED;
	return work->done < work->len ? take(work) : 0;
}

/* New stamps, and a key at least as fresh. */
static int rekey(struct work *work)
{
	enum vgr_source source = 0;
	int error = vgr_generation_certify();

	if (!error)
		error = unmake(work);
	for (; !error && source < VGR_NSOURCES; source++)
		error = stamp(work, source);
	if (!error)
		error = stamp_vintage(work);
	return error ? error : fetch_key(work);
}

/* A step of a request: 0, and it has more of its bytes, or what keeps it. */
static int step(struct work *work)
{
	int error = look(work);

	if (error == UNCERTAIN)
		error = vgr_generation_certify() ? RESTART : 0;
	else if (error == NO_KEY)
		error = rekey(work);
	return error ? error : produce(work);
}

/* All steps, and the last look of all; see vgr_generator_end for the fence. */
static int try(struct work *work)
{
	int error;

	do {
		error = step(work);
		if (error && (error != STOPPED || ++work->nstopped > MAX_STOPPED))
			return error;
	} while (error || work->done < work->len);

	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return vgr_generation_is_current(work->slot) &&
	       vgr_peek(work->slot->state->vintage) == work->vintage ?
	       0 : RESTART;
}

int vgr_generator_fill(struct vgr_slot *slot, enum vgr_road road, uint8_t *buf,
		       size_t len)
{
	struct work work = {
		.slot = slot, .road = road, .buf = buf, .len = len,
	};
	int error;

	do {
		work.done = 0;
		work.vintage = 0;
		work.nstopped = 0;
		error = try(&work);
		if (!error)
			return 0;
	} while (error == RESTART && ++work.slot->nrestarts && !work.nrestarts++);
	/* What came of it is nobody's, and a quiesce may have been why. */
	forget(&work);
	return error < 0 ? error : -EAGAIN;
}
