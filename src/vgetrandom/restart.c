/* SPDX-License-Identifier: MIT */
/*
 * restart.c - whether a thread has restartable sequences, and the sections that
 * the generator writes in.
 */
#include "restart.h"

#ifdef VGR_CAN_RESTART

#include <stddef.h>
#include <sys/rseq.h>

#include "base.h"
#include "chacha20.h"
#include "section.h"
#include "thread.h"

/* Weak: a C library older than glibc 2.35 has none of them. */
extern const ptrdiff_t __rseq_offset __attribute__((weak));
extern const unsigned int __rseq_size __attribute__((weak));

/* Every section's descriptor lies between the two. */
extern const char first_section[] __asm__("__start_vgr_restart_sections")
	__attribute__((visibility("hidden")));
extern const char sections_end[] __asm__("__stop_vgr_restart_sections")
	__attribute__((visibility("hidden")));

ptrdiff_t vgr_restart_field;

const char *vgr_restart_init(void)
{
	if (!&__rseq_offset || !&__rseq_size)
		return "the C library does not register threads (rseq)";
	if (!__rseq_size)
		return "threads are not registered with the kernel (rseq)";
	if (!vgr_chacha20_section)
		return "the ChaCha20 core is no restartable one";
	vgr_restart_field = __rseq_offset +
			    (ptrdiff_t)offsetof(struct rseq, rseq_cs);
	return NULL;
}

bool vgr_restart_is_registered(void)
{
	/* Its processor's number; negative: never registered, or refused. */
	return vgr_restart_field && vgr_section_cpu() >= 0;
}

bool vgr_restart_still(const struct vgr_slot *slot)
{
	return slot == vgr_thread_slot_anew() && slot->is_restartable;
}

bool vgr_restart_may_begin(void)
{
	uint64_t now = vgr_section_now();

	if (likely(!now))
		return true;
	if (now >= (uintptr_t)first_section && now < (uintptr_t)sections_end)
		return false;
	/* Another library's, which is over: who is in one calls nobody. */
	vgr_section_leave();
	return true;
}

bool vgr_restart_blocks(uint8_t *out, const uint8_t *key, uint64_t counter,
			size_t nblocks, const struct vgr_slot *slot,
			uint64_t cursor)
{
	bool is_done;

	if (unlikely(!vgr_chacha20_blocks_in_section) ||
	    unlikely(vgr_section_now()))
		return false;
	/*
	 * In the section from here on, though not yet in its code: a signal
	 * that finds us outside of that ends it, too.
	 */
	vgr_section_enter(vgr_chacha20_section);
	if (!vgr_restart_still(slot) || vgr_peek(slot->cursor) != cursor) {
		vgr_section_leave();
		return false;
	}
	vgr_chacha20_blocks_in_section(out, key, counter, nblocks,
				       vgr_restart_field);
	is_done = vgr_section_now() == (uintptr_t)vgr_chacha20_section;
	vgr_section_leave();
	return is_done;
}

bool vgr_restart_move(void *to, void *from, size_t len,
		      const struct vgr_slot *slot, uint64_t cursor)
{
	return vgr_section_move(to, from, len, slot, cursor);
}

bool vgr_restart_take(void *to, void *from, size_t len, struct vgr_slot *slot,
		      uint64_t cursor)
{
	return vgr_section_take(to, from, len, slot, cursor);
}

bool vgr_restart_swap(struct vgr_slot *slot, uint64_t cursor, uint64_t fresh)
{
	return vgr_section_swap(slot, cursor, fresh);
}

bool vgr_restart_wipe(struct vgr_slot *slot, uint32_t flags_to_keep,
		      uint64_t cursor)
{
	return vgr_section_wipe(slot, flags_to_keep, cursor);
}

#endif
