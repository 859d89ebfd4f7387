/* SPDX-License-Identifier: MIT */
/*
 * hooks.h - what the compiler calls before each access to memory, if it thinks
 * that the thread sanitizer is there.  Part of every-access.c.
 */
#ifndef PROOF_HOOKS_H
#define PROOF_HOOKS_H

void one_access(void)
{
	point();
	nmasks++;
}

/* Who looks at accesses makes none himself. */
#define UNSEEN __attribute__((no_sanitize("thread"), noinline))

UNSEEN static bool is_of(const void *at, const void *object, size_t len)
{
	return (uintptr_t)at - (uintptr_t)object < len;
}

UNSEEN static void access_at(const void *at)
{
	if (nmasks)
		return;
	if (is_of(at, slots, sizeof(slots)) ||
	    is_of(at, states, sizeof(states)) ||
	    is_of(at, &arena, sizeof(arena)) ||
	    at == &free_bits || at == &kernel_word || at == &nrequests ||
	    at == &quiesced || at == &nwipes ||
	    is_of(at, (const void *)thread_slots, sizeof(thread_slots)))
		point();
	if (!is_exiting && is_of(at, states, sizeof(states)) &&
	    ((uintptr_t)at - (uintptr_t)states) % sizeof(states[0]) <
	    sizeof(states[0].line))
		last_look = npoints;
}

#define HOOK(name) \
	void __tsan_##name(const void *at); \
	UNSEEN void __tsan_##name(const void *at) { access_at(at); }
HOOK(read1) HOOK(read2) HOOK(read4) HOOK(read8) HOOK(read16)
HOOK(write1) HOOK(write2) HOOK(write4) HOOK(write8) HOOK(write16)
HOOK(unaligned_read2) HOOK(unaligned_read4) HOOK(unaligned_read8)
HOOK(unaligned_write2) HOOK(unaligned_write4) HOOK(unaligned_write8)

#define EMPTY(declaration) declaration; UNSEEN declaration { }
EMPTY(void __tsan_read_range(const void *at __attribute__((unused)),
			     size_t len __attribute__((unused))))
EMPTY(void __tsan_write_range(const void *at __attribute__((unused)),
			      size_t len __attribute__((unused))))
EMPTY(void __tsan_init(void))
EMPTY(void __tsan_func_entry(void *from __attribute__((unused))))
EMPTY(void __tsan_func_exit(void))
EMPTY(void __tsan_atomic_thread_fence(int order __attribute__((unused))))
EMPTY(void __tsan_atomic_signal_fence(int order __attribute__((unused))))

#endif
