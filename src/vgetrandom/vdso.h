/* SPDX-License-Identifier: MIT */
/*
 * vdso.h - functions of the kernel's vDSO, found in its ELF image.
 */
#ifndef VGR_VDSO_H
#define VGR_VDSO_H

#include <stddef.h>
#include <stdint.h>

struct vgr_vdso_function {
	const uint8_t *code;	/* NULL if the vDSO has no such function */
	size_t len;		/* bytes, as the symbol says */
};

/* Where the image begins; 0 without a vDSO (valgrind hides it, say). */
uintptr_t vgr_vdso_base(void);

/*
 * name: without the prefix, "getrandom".  x86_64 and others call it
 * __vdso_getrandom, arm64 and others __kernel_getrandom.
 */
struct vgr_vdso_function vgr_vdso_find(const char *name);

#endif
