/* SPDX-License-Identifier: MIT */
/*
 * vdso.c - looks a function up in the vDSO's dynamic symbol table.
 *
 * The image is the kernel's and mapped already; its ELF layout is ABI
 * (vdso(7), Documentation/ABI/stable/vdso).  No libc dlsym: that takes locks
 * and may allocate.
 */
#include "vdso.h"

#include <elf.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>

struct image {
	uintptr_t load_bias;
	const ElfW(Sym) *symbols;
	const char *names;
	size_t nsymbols;
};

uintptr_t vgr_vdso_base(void)
{
	return getauxval(AT_SYSINFO_EHDR);
}

/*
 * The number of buckets, never 0, and then that of symbols: in words of 32 bits,
 * but s390x's have 64, the upper halves first.
 */
static size_t count_by_hash(const uint32_t *table)
{
	return table[0] ? table[1] : table[3];
}

/* A GNU hash table does not say how many symbols there are: the last chain does. */
static size_t count_by_gnu_hash(const uint32_t *table)
{
	uint32_t nbuckets = table[0], first = table[1], nbloom = table[2];
	const uint32_t *buckets, *chain;
	uint32_t last = 0, i;

	buckets = table + 4 + nbloom * (sizeof(ElfW(Addr)) / 4);
	chain = buckets + nbuckets;
	for (i = 0; i < nbuckets; i++)
		if (buckets[i] > last)
			last = buckets[i];
	if (last < first)
		return 0;
	while (!(chain[last - first] & 1))
		last++;
	return last + 1;
}

static int read_image(struct image *image)
{
	const ElfW(Ehdr) *header = (const void *)vgr_vdso_base();
	const ElfW(Phdr) *segment;
	const ElfW(Dyn) *dynamic = NULL;
	int is_loaded = 0, i;

	if (!header || memcmp(header->e_ident, ELFMAG, SELFMAG))
		return 0;

	memset(image, 0, sizeof(*image));
	segment = (const void *)((uintptr_t)header + header->e_phoff);
	for (i = 0; i < header->e_phnum; i++, segment++) {
		if (segment->p_type == PT_LOAD && !is_loaded) {
			image->load_bias = (uintptr_t)header +
					   segment->p_offset - segment->p_vaddr;
			is_loaded = 1;
		} else if (segment->p_type == PT_DYNAMIC) {
			dynamic = (const void *)((uintptr_t)header +
						 segment->p_offset);
		}
	}
	if (!is_loaded || !dynamic)
		return 0;

	for (; dynamic->d_tag != DT_NULL; dynamic++) {
		const void *there = (const void *)(image->load_bias +
						   dynamic->d_un.d_ptr);

		switch (dynamic->d_tag) {
		case DT_SYMTAB:
			image->symbols = there;
			break;
		case DT_STRTAB:
			image->names = there;
			break;
		case DT_HASH:
			image->nsymbols = count_by_hash(there);
			break;
		case DT_GNU_HASH:
			if (!image->nsymbols)
				image->nsymbols = count_by_gnu_hash(there);
			break;
		}
	}
	return image->symbols && image->names && image->nsymbols;
}

static int is_called(const char *symbol, const char *name)
{
	static const char *const prefixes[] = { "__vdso_", "__kernel_" };
	size_t i, len;

	for (i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		len = strlen(prefixes[i]);
		if (!strncmp(symbol, prefixes[i], len) &&
		    !strcmp(symbol + len, name))
			return 1;
	}
	return 0;
}

struct vgr_vdso_function vgr_vdso_find(const char *name)
{
	struct vgr_vdso_function found = { NULL, 0 };
	struct image image;
	size_t i;

	if (!read_image(&image))
		return found;

	for (i = 0; i < image.nsymbols; i++) {
		const ElfW(Sym) *symbol = &image.symbols[i];

		if (symbol->st_shndx == SHN_UNDEF ||
		    !is_called(image.names + symbol->st_name, name))
			continue;
		found.code = (const uint8_t *)(image.load_bias +
					       symbol->st_value);
		found.len = symbol->st_size;
		break;
	}
	return found;
}
