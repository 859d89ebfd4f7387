/* SPDX-License-Identifier: MIT */
/*
 * words.h - what stands for random bytes: numbered words, each of which says of
 * what key it is and may be served once.  Part of every-access.c.
 */
#ifndef PROOF_WORDS_H
#define PROOF_WORDS_H

/*
 * Key n of the kernel, after so many refills: n << 32 | nrefills << 8, and three
 * more words; outputs of the block that follows: the same | 16 + index.
 */
static uint64_t nkeys;
static uint64_t nkeys_dead;		/* those up to here may not be served */
static uint64_t served[MAX_WORDS];
static unsigned int nserved;
static bool is_key_used[MAX_KEYS], is_key_spoilt[MAX_KEYS];

/*
 * What the kernel gave for a key may lie in the batch and be served, if it never
 * became a key: it is the kernel's own.
 */
static void use_key(uint64_t first)
{
	if (!(first >> 32 < MAX_KEYS))
		bad("the table of keys is long enough");
	if (first & 0xffff00)		/* made, not fetched */
		return;
	if (is_key_spoilt[first >> 32])
		bad("no word of a key was served");
	is_key_used[first >> 32] = true;
}

static void spoil_key(uint64_t word)
{
	if ((word & 0xffffff) >= 16)
		return;
	if (word >> 32 < MAX_KEYS && is_key_used[word >> 32])
		bad("no word of a key is served");
	is_key_spoilt[word >> 32] = true;
}

/* A system call's bytes are of a key that has no others. */
static uint64_t fresh_word(void)
{
	return ++nkeys << 32 | 0xff;
}

static bool is_from_kernel(uint64_t word)
{
	return (word & 0xff) == 0xff;
}

static void serve(uint64_t word, uint64_t ndead)
{
	unsigned int i;

	if (!(word != 0))
		bad("no zero is served");
	if (!(word >> 32 != 0))
		bad("no foreseeable word is served");
	if (!(word >> 32 > ndead))
		bad("no word of a dead key is served");
	if (!((word & 0xff) >= 16 || !(word & 0xffff00)))
		bad("no word of a key is served");
	spoil_key(word);
	for (i = 0; i < nserved; i++)
		if (served[i] == word)
			bad("no word is served twice");
	if (!(nserved < MAX_WORDS))
		bad("the table is long enough");
	served[nserved++] = word;
}

#endif
