/* SPDX-License-Identifier: MIT */
/*
 * cpu.c - what this aarch64 processor can do, as the kernel tells each process
 * in its auxiliary vector: user space cannot ask the processor itself.
 */
#include "impl.h"

#include <asm/hwcap.h>
#include <sys/auxv.h>

#include "cpu.h"

uint32_t vgr_cpu_features(void)
{
	return getauxval(AT_HWCAP) & HWCAP_ASIMD ? VGR_CPU_NEON : 0;
}
