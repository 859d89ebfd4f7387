/* SPDX-License-Identifier: MIT */
/*
 * Claim: every way in which aarch64 code names an address near it is found, in
 * whatever register, and nothing outside the range asked for.
 *
 * The functions below are read, not run.  Linux 6.12's and 6.16's vDSO do what
 * like_6_12 and like_6_16 do.
 *
 * To see it fail: leave csel, ccmp or "any arithmetic" out of look_at(), or take
 * one bit less of adr.
 */
#include <stdio.h>

#include "check.h"
#include "kernel-word.h"

#define FUNCTION(name, text) \
	__asm__(".text\n.balign 4\n" #name ":\n" text "\n" \
		#name "_end:\n.previous"); \
	extern const uint8_t name[] __attribute__((visibility("hidden"))); \
	extern const uint8_t name##_end[] __attribute__((visibility("hidden")))

/* Stands for the vDSO's data pages, which lie before its code. */
__asm__(".text\n.balign 4096\nvdso_data:\n.fill 3 * 4096, 1, 0\n.previous");
extern const uint8_t vdso_data[] __attribute__((visibility("hidden")));

FUNCTION(like_6_12,
	"adr	x0, vdso_data\n"
	"adr	x23, vdso_data + 4096 + 480\n"
	"ldr	w2, [x0, #4]\n"
	"adr	x0, vdso_data + 480\n"
	"cmp	w2, w1\n"
	"csel	x23, x23, x0, eq\n"
	"ccmp	w22, #7, #2, eq\n"
	"and	x0, x3, #0xfff\n"
	"add	x0, x0, #144\n"
	"ldrb	w0, [x23, #8]\n"
	"ldr	x0, [x23]");

FUNCTION(like_6_16,
	"adr	x24, vdso_data + 8192\n"
	"ldrb	w0, [x24, #8]\n"
	"ldr	x0, [x24]\n"
	"ldp	x23, x24, [sp, #48]\n"
	"ldr	x0, [x28, #128]\n"
	"strb	w24, [x28, #136]\n"
	"ldr	x0, [x24]");

/* adrp with :lo12: in an add, in a load; a copy; an add of whole pages. */
FUNCTION(by_pages,
	"adrp	x3, vdso_data\n"
	"add	x4, x3, #:lo12:vdso_data + 24\n"
	"mov	x19, x4\n"
	"ldar	x5, [x19]\n"
	"ldr	x6, [x3, #64]\n"
	"ldr	w7, [x3, #100]\n"
	"add	x8, x3, #1, lsl #12\n"
	"ldr	x9, [x8, #16]");

FUNCTION(by_literal,
	"ldr	x1, vdso_data + 40\n"
	"ldr	w2, vdso_data + 4100");

/* What came from elsewhere, or has been overwritten, is no address of ours. */
FUNCTION(nothing,
	"ldr	x0, [x1, #8]\n"
	"add	x2, x3, #16\n"
	"mov	x4, x5\n"
	"csel	x6, x7, x8, ne\n"
	"adrp	x9, vdso_data\n"
	"lsr	x9, x2, #6\n"
	"ldr	x9, [x9, #8]\n"
	"adrp	x10, vdso_data\n"
	"ldr	x10, [x28]\n"
	"add	x11, x10, #32\n"
	"ldr	x0, [sp, #16]\n"
	"adr	x0, .\n"
	"mov	x1, #0x1234");

static const uint8_t *low;

static void check_found(const char *name, const uint8_t *code,
			const uint8_t *end, const size_t *wanted, size_t n)
{
	uintptr_t found[16];
	size_t i;

	printf("%s\n", name);
	check_eq(vgr_code_addresses(code, (size_t)(end - code), (uintptr_t)low,
				    (uintptr_t)low + 3 * 4096, found, 16), n);
	for (i = 0; i < n; i++)
		check_eq(found[i] - (uintptr_t)low, wanted[i]);
}

#define check_finds(name, ...) do { \
	static const size_t wanted[] = { __VA_ARGS__ }; \
	check_found(#name, name, name##_end, wanted, \
		    sizeof(wanted) / sizeof(*wanted)); \
} while (0)

int main(void)
{
	uintptr_t found[2];

	low = vdso_data;
	check_finds(like_6_12, 0, 4576, 4, 480, 4584, 488);
	check_finds(like_6_16, 8192, 8200);
	check_finds(by_pages, 24, 64, 100, 4096, 4112);
	check_finds(by_literal, 40, 4100);
	check_found("nothing", nothing, nothing_end, NULL, 0);

	/* No more than there is room for. */
	check_eq(vgr_code_addresses(like_6_12,
				    (size_t)(like_6_12_end - like_6_12),
				    (uintptr_t)low, (uintptr_t)low + 3 * 4096,
				    found, 2), 2);
	return 0;
}
