/* SPDX-License-Identifier: MIT */
/*
 * kernel-word.c - finds the vDSO's generation word, and keeps doubting it.
 *
 * Shape of what is looked for (include/vdso/datapage.h, struct vdso_rng_data):
 * u64 generation, then u8 is_ready and seven bytes of padding, in pages below
 * the image.
 *
 * Knows nothing of our own keys and stamps.
 */
#include "kernel-word.h"

#include <errno.h>
#include <linux/random.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "base.h"
#include "syscall.h"
#include "vdso.h"

/* How far below its code the vDSO's data may begin: 6.18 has six pages. */
#define DATA_REACH	(256 * 1024)
#define MAX_ADDRESSES	64

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ	22	/* Linux 5.14, older than the word */
#endif

typedef long vdso_getrandom_fn(void *buf, size_t len, unsigned int flags,
				  void *state, size_t state_len);

/* Answer to the vDSO's question-and-answer call, as in <linux/random.h>. */
struct vdso_params {
	uint32_t state_len, mmap_prot, mmap_flags, reserved[13];
};

/*
 * The vDSO's state, of which only the stamp is read.  Not ABI: a vDSO whose
 * state has another size is not believed to keep its stamp there.
 */
#define WITNESS_LEN	144
#define WITNESS_STAMP	128

/*
 * Each is lent to one call at a time.  One that a handler left by longjmp, or
 * that another thread had when this process was forked, stays lent for ever, so
 * there are several; if all are gone for long, nobody doubts the word any more,
 * and it may no longer be believed.
 */
#define WITNESSES_LEN	4096
#define NWITNESSES	(WITNESSES_LEN / WITNESS_LEN)
#define MAX_TURNED_AWAY	100000

static vdso_getrandom_fn *vdso_getrandom;
static uint8_t *witnesses;		/* states that we lend to the vDSO */
static unsigned int is_lent[NWITNESSES];	/* a call is in there */
static unsigned int nturned_away;	/* since one was free */
static unsigned int was_certified;

static const volatile uint64_t *word;
static const volatile uint8_t *is_ready;

static const uint8_t *clock_code;	/* the vDSO's clock_gettime */
static uint8_t clock_begin[16];

const volatile uint64_t *vgr_kernel_word(void)
{
	return word;
}

uint64_t vgr_kernel_word_now(void)
{
	/* is_ready first: once set it stays, and the word follows it. */
	if (!__atomic_load_n(is_ready, __ATOMIC_ACQUIRE))
		return 0;
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

bool vgr_kernel_word_was_certified(void)
{
	return __atomic_load_n(&was_certified, __ATOMIC_RELAXED);
}

/*
 * A checkpoint restored on a kernel with another vDSO keeps the one it had:
 * code and data are copies that nobody writes any more, and agree with each
 * other for ever.  What gives them away is that the old clock's code begins
 * with a jump to the new one (CRIU).
 */
static bool is_of_another_kernel(void)
{
	return clock_code && memcmp(clock_code, clock_begin, sizeof(clock_begin));
}

/*
 * One byte drawn between two looks at the word: the stamp must lie between.
 *
 * A call of its own, so that its caller's registers cost the deepest chain of
 * calls no stack.
 */
static __attribute__((noinline))
enum vgr_word_verdict compare_once(uint8_t *witness)
{
	uint64_t before, stamp, after;
	uint8_t byte;

	before = vgr_kernel_word_now();
	if (vdso_getrandom(&byte, 1, GRND_NONBLOCK, witness, WITNESS_LEN) != 1)
		return VGR_WORD_UNDECIDED;
	stamp = __atomic_load_n((uint64_t *)(witness + WITNESS_STAMP),
				__ATOMIC_ACQUIRE);
	after = vgr_kernel_word_now();

	if (!stamp)		/* the vDSO made a system call instead */
		return VGR_WORD_UNDECIDED;
	if (before && before <= stamp && stamp <= after)
		return VGR_WORD_AGREES;
	/*
	 * A word that stands still at 0 while the vDSO has a key is not its
	 * word: of another time namespace, say (6.11 to 6.15).
	 */
	return before == after ? VGR_WORD_DISAGREES : VGR_WORD_UNDECIDED;
}

/* The number of one that nobody has, or NWITNESSES. */
static unsigned int borrow_witness(void)
{
	unsigned int i = 0;

	while (i < NWITNESSES &&
	       __atomic_exchange_n(&is_lent[i], 1, __ATOMIC_ACQUIRE))
		i++;
	return i;
}

enum vgr_word_verdict vgr_kernel_word_certify(void)
{
	enum vgr_word_verdict verdict;
	unsigned int which;

	if (is_of_another_kernel())
		return VGR_WORD_DISAGREES;
	which = borrow_witness();
	if (which == NWITNESSES)
		return __atomic_add_fetch(&nturned_away, 1, __ATOMIC_RELAXED) >
		       MAX_TURNED_AWAY ? VGR_WORD_DISAGREES :
					 VGR_WORD_UNDECIDED;

	verdict = compare_once(witnesses + which * WITNESS_LEN);
	if (verdict == VGR_WORD_UNDECIDED)	/* the word may have moved */
		verdict = compare_once(witnesses + which * WITNESS_LEN);

	__atomic_store_n(&is_lent[which], 0, __ATOMIC_RELEASE);
	__atomic_store_n(&nturned_away, 0, __ATOMIC_RELAXED);
	if (verdict == VGR_WORD_AGREES)
		__atomic_store_n(&was_certified, 1, __ATOMIC_RELAXED);
	return verdict;
}

/*
 * Whether the page can be read, asked without reading it: the kernel copies
 * the signal set in before it looks at "how" (kernel/signal.c), so an
 * impossible "how" changes nothing and tells EFAULT from EINVAL.
 */
static bool is_readable(uintptr_t address)
{
	return vgr_syscall(SYS_rt_sigprocmask, 99, (long)address, 0, 8, 0, 0) ==
	       -EINVAL;
}

/*
 * Whether this is memory as any other, which the vDSO's data is not: the kernel
 * refuses to fault it in.  Libraries lie close below, and where they hold zeros
 * they have the shape that is looked for.
 */
static bool is_ordinary(uintptr_t address)
{
	uintptr_t page = address & -getauxval(AT_PAGESZ);

	return !vgr_syscall(SYS_madvise, (long)page, 1, MADV_POPULATE_READ,
			    0, 0, 0);
}

static bool contains(const uintptr_t *set, unsigned int n, uintptr_t wanted)
{
	while (n--)
		if (set[n] == wanted)
			return true;
	return false;
}

/* Flag and word are set together, and the flag has padding behind it. */
static bool has_the_shape(const volatile uint64_t *at)
{
	const volatile uint8_t *flag = (const volatile uint8_t *)(at + 1);
	int i;

	for (i = 1; i < 8; i++)
		if (flag[i])
			return false;
	return flag[0] == !!*at;
}

/*
 * How the code comes from the address to the flag differs (6.12 adds 8 to a
 * register, 6.16 names both places), so the shape of what lies there decides.
 * It must be the only one: in a time namespace, 6.11 to 6.15 have another where
 * nobody writes, and if the process leaves it, the true one cannot be read.
 *
 * While the kernel's generator is not ready, nothing can be certified yet.
 */
static const char *choose_word(const uintptr_t *addresses, unsigned int n)
{
	unsigned int ncandidates = 0, i;

	for (i = 0; i < n; i++) {
		if (addresses[i] % 8 || contains(addresses, i, addresses[i]) ||
		    contains(addresses, n, addresses[i] - 8) ||	/* a flag */
		    !is_readable(addresses[i]) ||
		    !is_readable(addresses[i] + 8) ||
		    is_ordinary(addresses[i]) ||
		    !has_the_shape((const volatile uint64_t *)addresses[i]))
			continue;
		word = (const volatile uint64_t *)addresses[i];
		is_ready = (const volatile uint8_t *)addresses[i] + 8;
		ncandidates++;
	}

	if (ncandidates != 1)
		return ncandidates ? "not recognised in this vDSO's code" :
				     "no such word in this vDSO's code";
	switch (vgr_kernel_word_certify()) {
	case VGR_WORD_AGREES:
		return NULL;
	case VGR_WORD_DISAGREES:
		return "it disagreed with the vDSO's getrandom";
	default:
		return vgr_kernel_word_now() ?
			"the vDSO's getrandom did not show whether it is the one" :
			NULL;
	}
}

static const char *map_witnesses(void)
{
	struct vdso_params params = { 0 };
	long mapped;

	if (vdso_getrandom(NULL, 0, 0, &params, ~0ul))
		return "the kernel's vDSO getrandom refuses states";
	if (params.state_len != WITNESS_LEN)
		return "the kernel's vDSO getrandom has states we do not know";

	/* A page of its own: whatever the vDSO does with it stays in there. */
	mapped = vgr_mmap(NULL, WITNESSES_LEN, (int)params.mmap_prot,
			  (int)params.mmap_flags, -1);
	if (mapped < 0 && mapped > -4096)
		return "no memory for the vDSO's state";
	witnesses = (uint8_t *)mapped;
	return NULL;
}

const char *vgr_kernel_word_init(void)
{
	struct vgr_vdso_function found = vgr_vdso_find("getrandom");
	struct vgr_vdso_function clock = vgr_vdso_find("clock_gettime");
	uintptr_t base = vgr_vdso_base(), addresses[MAX_ADDRESSES];
	const char *why;
	unsigned int n;

	if (!base)
		return "no vDSO";
	if (!found.code)
		return "no getrandom in this kernel's vDSO (Linux 6.11 and newer have it)";

	vdso_getrandom = (vdso_getrandom_fn *)(uintptr_t)found.code;
	if (clock.len >= sizeof(clock_begin)) {
		clock_code = clock.code;
		memcpy(clock_begin, clock_code, sizeof(clock_begin));
	}
	why = map_witnesses();
	if (why)
		return why;

	n = vgr_code_addresses(found.code, found.len, base - DATA_REACH, base,
			       addresses, MAX_ADDRESSES);
	why = choose_word(addresses, n);
	if (why) {
		word = NULL;
		is_ready = NULL;
		vgr_syscall(SYS_munmap, (long)witnesses, WITNESSES_LEN, 0, 0, 0,
			    0);
	}
	return why;
}
