/* SPDX-License-Identifier: MIT */
/*
 * beside.h - what stands beside the library's files: memory, the kernel's word,
 * keys and the cipher.  Part of every-access.c.
 */
#ifndef PROOF_BESIDE_H
#define PROOF_BESIDE_H

SEEN static struct vgr_state states[4];
SEEN static struct vgr_slot slots[4];
SEEN static uint64_t free_bits = 15;
SEEN static struct vgr_arena arena = {
	.nslots = 4, .is_free = &free_bits, .slots = slots,
};
SEEN static uint64_t kernel_word = 7;

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

/* One system call: no handler finds it half done, but the page may go. */
int vgr_entropy_key(uint8_t key[VGR_KEY_LEN])
{
	uint64_t *words = (uint64_t *)key, n;
	unsigned int i;

	n = ++nkeys << 32;
	is_in_kernel = true;
	for (i = 0; i < VGR_KEY_LEN / 8; i++)
		words[i] = n | i;
	is_in_kernel = false;
	return 0;
}

ssize_t vgr_entropy_request(void *buf, size_t len, unsigned int flags)
{
	(void)flags;
	uint64_t *words = buf;
	size_t i;

	for (i = 0; i < len / 8; i++)
		words[i] = fresh_word();
	return (ssize_t)len;
}

/* ---- The cipher ------------------------------------------------------------------ */

/* Zero, which anybody can foresee, unless the key is whole. */
static uint64_t whole_key(const uint64_t *word)
{
	uint64_t first = word[0];

	if (!(first && word[1] == (first | 1) && word[2] == (first | 2) &&
	      word[3] == (first | 3)))
		return 0;
	use_key(first);
	return first;
}

/* The key is read twice; a run that makes a batch makes the next key, too. */
static void read_key(uint64_t made[8], const uint8_t *out, const void *key,
		     uint64_t counter)
{
	uint64_t first = whole_key(key);
	bool is_last = out + 32 == (const uint8_t *)key;
	unsigned int i;

	if (first != whole_key(key))
		first = 0;
	for (i = 0; i < 8; i++)
		made[i] = !first ? 0 : i >= 4 && is_last ?
			  first + 256 + (i - 4) : first | (16 + counter * 8 + i);
}

static void blocks(uint8_t *out, const void *key, uint64_t counter,
		   size_t nblocks)
{
	uint64_t *to = (uint64_t *)out, made[8];
	unsigned int i;

	for (; nblocks; nblocks--, counter++, to += 8) {
		read_key(made, (uint8_t *)to, key, counter);
		for (i = 0; i < 8; i++)
			to[i] = made[i];
	}
}

void (*vgr_chacha20_blocks)(uint8_t *out, const void *key, uint64_t counter,
			    size_t nblocks) = blocks;

#ifdef VGR_CAN_RESTART

static bool run_in_section(uint64_t *to, const void *key, uint64_t counter,
			   size_t nblocks, volatile bool *is_over)
{
	uint64_t made[8];
	unsigned int i;

	for (; nblocks; nblocks--, counter++, to += 8) {
		read_key(made, (uint8_t *)to, key, counter);
		for (i = 0; i < 8; i++)
			DO(to[i] = made[i]);
	}
	DO(;);
	return true;
}

/* Begins if the thread is in the section, and is aborted from there on. */
static void blocks_in_section(uint8_t *out, const void *key, uint64_t counter,
			      size_t nblocks, ptrdiff_t field)
{
	volatile bool over = false;
	unsigned int thread;

	(void)field;
	one_access();
	thread = this_thread;
	if (in_section[thread].section != CORE_SECTION) {
		nmasks--;
		return;
	}
	in_section[thread].is_over = &over;
	nmasks--;
	if (run_in_section((uint64_t *)out, key, counter, nblocks, &over))
		in_section[thread].is_over = NULL;
}

void (*vgr_chacha20_blocks_in_section)(uint8_t *out, const void *key,
				       uint64_t counter, size_t nblocks,
				       ptrdiff_t field) = blocks_in_section;
const void *vgr_chacha20_section = CORE_SECTION;

#endif

#endif
