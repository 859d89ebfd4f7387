/* SPDX-License-Identifier: MIT */
/*
 * beside.h - what the library's files call that is not one of them: an arena of
 * four slots, a kernel that gives numbered keys, a cipher that counts.  Part of
 * every-access.c.
 */
#ifndef PROOF_BESIDE_H
#define PROOF_BESIDE_H

static struct vgr_state states[4];
static struct vgr_slot slots[4];
static uint64_t free_bits = 15;
static struct vgr_arena arena = {
	.nslots = 4, .is_free = &free_bits, .slots = slots,
};
static uint64_t kernel_word = 7;

struct vgr_arena *vgr_arena_next(const struct vgr_arena *before)
{
	return before ? NULL : &arena;
}

struct vgr_arena *vgr_arena_of(const struct vgr_slot *slot)
{
	(void)slot;
	return &arena;
}

struct vgr_state *vgr_arena_state(const struct vgr_arena *its, uint32_t index)
{
	(void)its;
	return &states[index];
}

bool vgr_arenas_grow(void) { return false; }
bool vgr_arenas_may_hold_key(const struct vgr_slot *slot) { (void)slot; return true; }

int vgr_host_watch_thread(void) { return 0; }

/* Nothing is known of the stack: what is on it stays. */
int vgr_host_stack(uintptr_t *low, uintptr_t *high)
{
	*low = 1000;
	*high = 1999;
	return 0;
}

const char *vgr_kernel_word_init(void) { return NULL; }
const volatile uint64_t *vgr_kernel_word(void) { return &kernel_word; }
uint64_t vgr_kernel_word_now(void) { return kernel_word; }
enum vgr_word_verdict vgr_kernel_word_certify(void) { return VGR_WORD_AGREES; }
bool vgr_kernel_word_was_certified(void) { return true; }
void vgr_kernel_word_fork_child(void) { }
const char *vgr_vmclock_init(const char *path) { (void)path; return ""; }
uint64_t vgr_vmclock_now(void) { return 0; }
const char *vgr_clock_init(void) { return ""; }
uint64_t vgr_clock_minutes(clockid_t clock) { (void)clock; return 1; }
uint64_t vgr_entropy_nrequests(void) { return 0; }

int vgr_entropy_key(uint8_t key[VGR_KEY_LEN])
{
	uint64_t *words = (uint64_t *)key, n;
	unsigned int i;

	n = ++nkeys << 32;
	for (i = 0; i < VGR_KEY_LEN / 8; i++)
		words[i] = n | i;
	return 0;
}

ssize_t vgr_entropy_request(void *buf, size_t len, unsigned int flags)
{
	(void)flags;
	*(uint64_t *)buf = fresh_word();
	return (ssize_t)len;
}

/* A key that is not whole gives what anybody can foresee. */
static void blocks(uint8_t *out, const void *key, uint64_t counter,
		   size_t nblocks)
{
	const uint64_t *word = key;
	uint64_t *to = (uint64_t *)out, first = word[0];
	unsigned int i;
	bool is_whole = first && word[1] == (first | 1) &&
			word[2] == (first | 2) && word[3] == (first | 3);

	(void)counter;
	(void)nblocks;
	for (i = 0; i < 4; i++)
		to[i] = is_whole ? first | (16 + i) : 0;
	for (; i < 8; i++)
		to[i] = is_whole ? first + 256 + (i - 4) : 0;
}

void (*vgr_chacha20_blocks)(uint8_t *out, const void *key, uint64_t counter,
			    size_t nblocks) = blocks;

#endif
