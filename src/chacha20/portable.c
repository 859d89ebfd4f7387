/* SPDX-License-Identifier: MIT */
/*
 * portable.c - ChaCha20 as RFC 8439 tells it, one block at a time, for any
 * machine: the reference every core must agree with, and the last resort.
 *
 * C may spill, so unlike the assembly cores it wipes a stack of its own.
 */
#include "chacha20.h"

#include "base.h"

/* The compiler's registers held the key, too (gcc 11, clang 15). */
#if __has_attribute(zero_call_used_regs)
#define ZERO_USED_REGISTERS __attribute__((zero_call_used_regs("used")))
#else
#define ZERO_USED_REGISTERS
#endif

static uint32_t load_le32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 |
	       (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static void store_le32(uint8_t *bytes, uint32_t word)
{
	bytes[0] = (uint8_t)word;
	bytes[1] = (uint8_t)(word >> 8);
	bytes[2] = (uint8_t)(word >> 16);
	bytes[3] = (uint8_t)(word >> 24);
}

static uint32_t rotl32(uint32_t word, int bits)
{
	return word << bits | word >> (32 - bits);
}

/* RFC 8439, 2.1 */
static inline void quarter_round(uint32_t *a, uint32_t *b,
				 uint32_t *c, uint32_t *d)
{
	*a += *b;	*d = rotl32(*d ^ *a, 16);
	*c += *d;	*b = rotl32(*b ^ *c, 12);
	*a += *b;	*d = rotl32(*d ^ *a, 8);
	*c += *d;	*b = rotl32(*b ^ *c, 7);
}

/* RFC 8439, 2.3; column i starts at w[i], diagonal i too. */
static void double_round(uint32_t *w)
{
	quarter_round(&w[0], &w[4], &w[8],  &w[12]);
	quarter_round(&w[1], &w[5], &w[9],  &w[13]);
	quarter_round(&w[2], &w[6], &w[10], &w[14]);
	quarter_round(&w[3], &w[7], &w[11], &w[15]);

	quarter_round(&w[0], &w[5], &w[10], &w[15]);
	quarter_round(&w[1], &w[6], &w[11], &w[12]);
	quarter_round(&w[2], &w[7], &w[8],  &w[13]);
	quarter_round(&w[3], &w[4], &w[9],  &w[14]);
}

/*
 *   word   0 -  3   "expand 32-byte k"
 *          4 - 11   key
 *         12, 13    counter, low word first
 *         14, 15    nonce: zero
 */
static inline uint32_t start_word(int i, const uint8_t *key, uint64_t counter)
{
	static const uint32_t expand_32_byte_k[4] = {
		0x61707865, 0x3320646e, 0x79622d32, 0x6b206574
	};

	if (i < 4)
		return expand_32_byte_k[i];
	if (i < 12)
		return load_le32(key + 4 * (i - 4));
	return i == 12 ? (uint32_t)counter :
	       i == 13 ? (uint32_t)(counter >> 32) : 0;
}

/* All is added before any is stored: the key may lie where that goes. */
ZERO_USED_REGISTERS
void vgr_chacha20_blocks_portable(uint8_t *out, const void *key,
				  uint64_t counter, size_t nblocks)
{
	uint32_t w[16];
	int i;

	for (; nblocks; nblocks--, counter++, out += 64) {
		for (i = 0; i < 16; i++)
			w[i] = start_word(i, key, counter);
		for (i = 0; i < 10; i++)
			double_round(w);
		for (i = 0; i < 16; i++)
			w[i] += start_word(i, key, counter);
		for (i = 0; i < 16; i++)
			store_le32(out + 4 * i, w[i]);
	}
	vgr_wipe(w, sizeof(w));
}
