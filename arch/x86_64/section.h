/* SPDX-License-Identifier: MIT */
/*
 * section.h - restartable sequences for x86_64, and the usual request as one.
 *
 * The text of a section stands between VGR_SECTION_BEGIN and VGR_SECTION_END.
 * It calls nothing and makes no system call, uses no stack, and jumps to 98 to
 * give up.  Operands: [field], vgr_restart_field; [t], which is clobbered; and
 * a C label, stopped, for a section that gave up or was aborted.
 */
#ifndef VGR_SECTION_H
#define VGR_SECTION_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "copy.h"
#include "state.h"

extern ptrdiff_t vgr_restart_field;	/* restart.h */

/*
 * The store that names the section is the last instruction before it: a thread
 * that was stopped in front of it is in no section, one behind it is inside.
 * None begins in another: a thread that came here out of one is not watched
 * (vgr_restart_may_begin).
 */
#define VGR_SECTION_BEGIN						\
	"cmpq     $0, %%fs:(%[field])\n\t"				\
	"jne      93f\n\t"						\
	".pushsection vgr_restart_sections, \"aw\"\n\t"			\
	".balign  32\n"							\
	"95:\n\t"							\
	".long    0, 0\n\t"			/* version, flags */	\
	".quad    96f, 97f - 96f, 99f\n\t"				\
	".popsection\n\t"						\
	"leaq     95b(%%rip), %[t]\n\t"					\
	"movq     %[t], %%fs:(%[field])\n"				\
	"96:\n\t"

/*
 * The kernel aborts only to where RSEQ_SIG stands before: in an undefined
 * instruction, so that nobody can jump there to more than a crash.
 */
#define VGR_SECTION_END							\
	"97:\n\t"							\
	"movq     $0, %%fs:(%[field])\n\t"				\
	"jmp      94f\n\t"						\
	".byte    0x0f, 0xb9, 0x3d\n\t"					\
	".long    0x53053053\n"						\
	"99:\n"								\
	"93:\n\t"							\
	"jmp      %l[stopped]\n"					\
	"98:\n\t"							\
	"movq     $0, %%fs:(%[field])\n\t"				\
	"jmp      %l[stopped]\n"					\
	"94:"

/*
 * The end of a section that gives something in a register: no label of C's, but
 * [done], which is 1 or 0; [drawn] is 0 with it.  gcc before 11.5, 12.4 and 13.3
 * may copy an output of an asm with labels before that asm has written it (PR
 * 113921), and then no integer would be random: -O1 did so.
 */
#define VGR_SECTION_END_OF_DRAWN					\
	"97:\n\t"							\
	"movq     $0, %%fs:(%[field])\n\t"				\
	"movl     $1, %k[done]\n\t"					\
	"jmp      94f\n"						\
	"98:\n\t"							\
	"movq     $0, %%fs:(%[field])\n\t"				\
	"jmp      93f\n\t"						\
	".byte    0x0f, 0xb9, 0x3d\n\t"					\
	".long    0x53053053\n"						\
	"99:\n"								\
	"93:\n\t"							\
	"xorl     %k[drawn], %k[drawn]\n\t"				\
	"xorl     %k[done], %k[done]\n"					\
	"94:"

/* [to], [from], [len]: any length; [i], [t].  Ends at 79. */
#define VGR_SECTION_COPY						\
	"cmpq     $32, %[len]\n\t"					\
	"ja       71f\n\t"						\
	"cmpq     $16, %[len]\n\t"					\
	"jae      72f\n\t"						\
	"cmpq     $8, %[len]\n\t"					\
	"jae      73f\n\t"						\
	"cmpq     $4, %[len]\n\t"					\
	"jae      74f\n\t"						\
	"testq    %[len], %[len]\n\t"					\
	"jz       79f\n\t"						\
	VGR_COPY_1_TO_3							\
	"jmp      79f\n"						\
	"71:\n\t"							\
	VGR_COPY_LONG							\
	"jmp      79f\n"						\
	"73:\n\t"							\
	VGR_COPY_8_TO_15						\
	"jmp      79f\n"						\
	"74:\n\t"							\
	VGR_COPY_4_TO_7							\
	"jmp      79f\n"						\
	"72:\n\t"							\
	VGR_COPY_16_TO_32						\
	"79:\n\t"

/* The address of the section that the calling thread is in; 0: it is in none. */
static inline uint64_t vgr_section_now(void)
{
	uint64_t section;

	__asm__ volatile("movq %%fs:(%[field]), %[section]"
			 : [section] "=r"(section)
			 : [field] "r"(vgr_restart_field) : "memory");
	return section;
}

/* Each is one instruction: whatever thread runs it means itself. */
static inline void vgr_section_enter(const void *section)
{
	__asm__ volatile("movq %[section], %%fs:(%[field])"
			 : : [section] "r"(section),
			     [field] "r"(vgr_restart_field) : "memory");
}

static inline void vgr_section_leave(void)
{
	__asm__ volatile("movq $0, %%fs:(%[field])"
			 : : [field] "r"(vgr_restart_field) : "memory");
}

/* The calling thread's number of a processor, as the kernel last wrote it. */
static inline int32_t vgr_section_cpu(void)
{
	int32_t cpu;

	__asm__ volatile("movl %%fs:-4(%[field]), %[cpu]"
			 : [cpu] "=r"(cpu)
			 : [field] "r"(vgr_restart_field) : "memory");
	return cpu;
}

/* ---- The usual request ---------------------------------------------------- */

/*
 * The calling thread's slot has [len] bytes: they are [from] here, and the
 * cursor is past them.  A slot that is busy or free has is_restartable unset.
 */
#define VGR_SECTION_CLAIM						\
	"movq     vgr_thread_slot@gottpoff(%%rip), %[t]\n\t"		\
	"movq     %%fs:(%[t]), %[slot]\n\t"				\
	"testq    %[slot], %[slot]\n\t"					\
	"jz       98f\n\t"						\
	"cmpb     $0, %c[is_restartable](%[slot])\n\t"			\
	"je       98f\n\t"						\
	"movq     %c[cursor](%[slot]), %[t]\n\t"			\
	"movzwl   %w[t], %k[from]\n\t"					\
	"movl     %[batch_len], %k[i]\n\t"				\
	"subl     %k[from], %k[i]\n\t"					\
	"cmpq     %[len], %[i]\n\t"					\
	"jb       98f\n\t"						\
	"addq     %[len], %[t]\n\t"					\
	"movq     %[t], %c[cursor](%[slot])\n\t"			\
	"addq     %c[state](%[slot]), %[from]\n\t"			\
	"addq     %[batch], %[from]\n\t"

/*
 * The only look at the state, behind all reads of its batch: the stamp is the
 * kernel's word, which is not 0, and the slot has no mark.
 */
#define VGR_SECTION_LOOK						\
	"movq     vgr_generation_word(%%rip), %[t]\n\t"			\
	"movq     (%[t]), %[t]\n\t"					\
	"testq    %[t], %[t]\n\t"					\
	"jz       98f\n\t"						\
	"movq     %c[state](%[slot]), %[i]\n\t"				\
	"cmpq     %[t], %c[stamp](%[i])\n\t"				\
	"jne      98f\n\t"						\
	"cmpl     $0, %c[flags](%[slot])\n\t"				\
	"jne      98f\n\t"

#define VGR_SECTION_OFFSETS						\
	[is_restartable] "i"(offsetof(struct vgr_slot, is_restartable)), \
	[cursor] "i"(offsetof(struct vgr_slot, cursor)),		\
	[state] "i"(offsetof(struct vgr_slot, state)),			\
	[flags] "i"(offsetof(struct vgr_slot, flags)),			\
	[batch] "i"(offsetof(struct vgr_state, batch)),			\
	[stamp] "i"(offsetof(struct vgr_state, stamp[VGR_SOURCE_KERNEL])), \
	[batch_len] "i"(VGR_BATCH_LEN)

/*
 * Serves len bytes out of the batch.  false: nothing that was written to buf
 * may be kept, and some bytes of the batch may be nobody's.
 */
static inline __attribute__((always_inline))
bool vgr_section_draw(uint8_t *buf, size_t len)
{
	struct vgr_slot *slot = NULL;
	uint8_t *from = NULL;
	uint64_t i = 0, t = 0;

	__asm__ volatile goto(VGR_SECTION_BEGIN
		     VGR_SECTION_CLAIM
		     VGR_SECTION_COPY
		     VGR_SECTION_LOOK
		     VGR_SECTION_END
		     : [slot] "=&r"(slot), [from] "=&r"(from), [i] "=&r"(i),
		       [t] "=&r"(t)
		     : [to] "r"(buf), [len] "r"(len),
		       [field] "r"(vgr_restart_field), VGR_SECTION_OFFSETS
		     : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "cc", "memory"
		     : stopped);
	return true;
stopped:
	return false;
}

/* The same for an integer, which passes through no memory. */
static inline __attribute__((always_inline))
bool vgr_section_draw_u64(uint64_t *value)
{
	struct vgr_slot *slot;
	uint8_t *from;
	uint64_t i, t;
	uint32_t done;

	__asm__ volatile(VGR_SECTION_BEGIN
			 VGR_SECTION_CLAIM
			 "movq     (%[from]), %[drawn]\n\t"
			 "movq     $0, (%[from])\n\t"
			 VGR_SECTION_LOOK
			 VGR_SECTION_END_OF_DRAWN
			 : [slot] "=&r"(slot), [from] "=&r"(from), [i] "=&r"(i),
			   [t] "=&r"(t), [drawn] "=&r"(*value), [done] "=&r"(done)
			 : [len] "i"(sizeof(*value)),
			   [field] "r"(vgr_restart_field), VGR_SECTION_OFFSETS
			 : "cc", "memory");
	return done;
}

static inline __attribute__((always_inline))
bool vgr_section_draw_u32(uint32_t *value)
{
	struct vgr_slot *slot;
	uint8_t *from;
	uint64_t i, t;
	uint32_t done;

	__asm__ volatile(VGR_SECTION_BEGIN
			 VGR_SECTION_CLAIM
			 "movl     (%[from]), %[drawn]\n\t"
			 "movl     $0, (%[from])\n\t"
			 VGR_SECTION_LOOK
			 VGR_SECTION_END_OF_DRAWN
			 : [slot] "=&r"(slot), [from] "=&r"(from), [i] "=&r"(i),
			   [t] "=&r"(t), [drawn] "=&r"(*value), [done] "=&r"(done)
			 : [len] "i"(sizeof(*value)),
			   [field] "r"(vgr_restart_field), VGR_SECTION_OFFSETS
			 : "cc", "memory");
	return done;
}

/* ---- Writing to a state at a known cursor (restart.h) ----------------------- */

#define VGR_SECTION_AT_CURSOR						\
	"movq     vgr_thread_slot@gottpoff(%%rip), %[t]\n\t"		\
	"cmpq     %%fs:(%[t]), %[slot]\n\t"				\
	"jne      98f\n\t"						\
	"cmpq     %[cursor], %c[at_cursor](%[slot])\n\t"		\
	"jne      98f\n\t"

static inline bool vgr_section_move(uint8_t *to, uint8_t *from, size_t len,
				    const struct vgr_slot *slot, uint64_t cursor)
{
	uint64_t i = 0, t = 0;

	__asm__ volatile goto(VGR_SECTION_BEGIN
		     VGR_SECTION_AT_CURSOR
		     VGR_SECTION_COPY
		     VGR_SECTION_END
		     : [i] "=&r"(i), [t] "=&r"(t)
		     : [to] "r"(to), [from] "r"(from), [len] "r"(len),
		       [slot] "r"(slot), [cursor] "r"(cursor),
		       [field] "r"(vgr_restart_field),
		       [at_cursor] "i"(offsetof(struct vgr_slot, cursor))
		     : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "cc", "memory"
		     : stopped);
	return true;
stopped:
	return false;
}

/* As vgr_section_move, out of the batch: first the cursor is past the bytes. */
static inline bool vgr_section_take(uint8_t *to, uint8_t *from, size_t len,
				    struct vgr_slot *slot, uint64_t cursor)
{
	uint64_t i = 0, t = 0;

	__asm__ volatile goto(VGR_SECTION_BEGIN
		     VGR_SECTION_AT_CURSOR
		     "addq     %[len], %c[at_cursor](%[slot])\n\t"
		     VGR_SECTION_COPY
		     VGR_SECTION_END
		     : [i] "=&r"(i), [t] "=&r"(t)
		     : [to] "r"(to), [from] "r"(from), [len] "r"(len),
		       [slot] "r"(slot), [cursor] "r"(cursor),
		       [field] "r"(vgr_restart_field),
		       [at_cursor] "i"(offsetof(struct vgr_slot, cursor))
		     : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "cc", "memory"
		     : stopped);
	return true;
stopped:
	return false;
}

/* The slot's cursor; its store is the last of the section, and so done or not. */
static inline bool vgr_section_swap(struct vgr_slot *slot, uint64_t cursor,
				    uint64_t fresh)
{
	uint64_t t = 0;

	__asm__ volatile goto(VGR_SECTION_BEGIN
		     VGR_SECTION_AT_CURSOR
		     "movq     %[fresh], %c[at_cursor](%[slot])\n\t"
		     VGR_SECTION_END
		     : [t] "=&r"(t)
		     : [slot] "r"(slot), [cursor] "r"(cursor),
		       [fresh] "r"(fresh), [field] "r"(vgr_restart_field),
		       [at_cursor] "i"(offsetof(struct vgr_slot, cursor))
		     : "cc", "memory"
		     : stopped);
	return true;
stopped:
	return false;
}

/* From the first byte on: what is half wiped has no stamp. */
static inline bool vgr_section_wipe(struct vgr_slot *slot,
				    uint32_t flags_to_keep, uint64_t cursor)
{
	struct vgr_state *state = NULL;
	uint64_t t = 0;

	__asm__ volatile goto(VGR_SECTION_BEGIN
		     VGR_SECTION_AT_CURSOR
		     "movq     %c[at_state](%[slot]), %[state]\n\t"
		     "pxor     %%xmm0, %%xmm0\n\t"
		     "xorl     %k[t], %k[t]\n"
		     "70:\n\t"
		     "movdqu   %%xmm0, (%[state],%[t])\n\t"
		     "addq     $16, %[t]\n\t"
		     "cmpq     %[len], %[t]\n\t"
		     "jb       70b\n\t"
		     "lock andl %[keep], %c[at_flags](%[slot])\n\t"
		     VGR_SECTION_END
		     : [state] "=&r"(state), [t] "=&r"(t)
		     : [slot] "r"(slot), [cursor] "r"(cursor),
		       [keep] "r"(flags_to_keep), [len] "i"(VGR_STATE_LEN),
		       [field] "r"(vgr_restart_field),
		       [at_cursor] "i"(offsetof(struct vgr_slot, cursor)),
		       [at_state] "i"(offsetof(struct vgr_slot, state)),
		       [at_flags] "i"(offsetof(struct vgr_slot, flags))
		     : "xmm0", "cc", "memory"
		     : stopped);
	return true;
stopped:
	return false;
}

#endif
