/* SPDX-License-Identifier: MIT */
/*
 * cpu.c - what this x86_64 processor can do, and whether the system lets it:
 * CPUID says the first, XGETBV the second.
 */
#include "impl.h"

#include <cpuid.h>

#include "cpu.h"

/* CPUID leaf 1, ecx; leaf 7, ebx */
#define OSXSAVE		(1u << 27)
#define AVX		(1u << 28)
#define AVX2		(1u << 5)
#define AVX512F		(1u << 16)

/* XCR0: what is saved at a context switch */
#define XMM_YMM		0x06
#define XMM_YMM_K_ZMM	0xe6

static uint32_t saved_registers(void)
{
	uint32_t low, high;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return low;
}

/*
 * Whether 512-bit work lowers the clock for everyone on the core.  The list is
 * the kernel's: zmm_exclusion_list in arch/x86/kernel/cpu/intel.c (Linux 6.15,
 * behind X86_FEATURE_PREFER_YMM), "known to suffer from downclocking when ZMM
 * registers are used"; Rocket Lake, Sapphire Rapids and AMD are not on it.
 */
static int slows_at_512(uint32_t vendor, uint32_t signature)
{
	static const uint8_t slow_models[] = {
		0x55,			/* Skylake-SP, Cascade Lake, Cooper Lake */
		0x6a, 0x6c,		/* Ice Lake servers */
		0x7d, 0x7e, 0x9d,	/* Ice Lake */
		0x8c, 0x8d,		/* Tiger Lake */
	};
	uint32_t family = signature >> 8 & 0xf;
	uint32_t model = (signature >> 4 & 0xf) | (signature >> 12 & 0xf0);
	size_t i;

	if (vendor != signature_INTEL_ebx || family != 6)
		return 0;
	for (i = 0; i < sizeof(slow_models); i++)
		if (model == slow_models[i])
			return 1;
	return 0;
}

/* Three CPUIDs and no more: in a virtual machine each may cost microseconds. */
uint32_t vgr_cpu_features(void)
{
	uint32_t max_leaf, vendor, signature, eax, ebx, ecx, edx;
	uint32_t saved, features;

	__cpuid(0, max_leaf, vendor, ecx, edx);
	__cpuid(1, signature, ebx, ecx, edx);
	if (!(ecx & OSXSAVE) || !(ecx & AVX))
		return 0;
	saved = saved_registers();
	if ((saved & XMM_YMM) != XMM_YMM)
		return 0;
	features = VGR_CPU_AVX;

	if (max_leaf < 7)
		return features;
	__cpuid_count(7, 0, eax, ebx, ecx, edx);
	if (ebx & AVX2)
		features |= VGR_CPU_AVX2;
	if ((ebx & AVX512F) && (saved & XMM_YMM_K_ZMM) == XMM_YMM_K_ZMM)
		features |= VGR_CPU_AVX512F;
	if (!slows_at_512(vendor, signature))
		features |= VGR_CPU_CALM_512;
	return features;
}
