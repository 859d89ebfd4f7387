/* SPDX-License-Identifier: MIT */
/*
 * uuid.c - prints random UUIDs (RFC 9562, version 4), one per line.
 *
 *	cc uuid.c $(pkg-config --cflags --libs libvgetrandom) -o uuid
 *	./uuid [COUNT]
 *
 * vgetrandom_buf() cannot fail, so there is nothing to check.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <vgetrandom.h>

static void make_uuid(unsigned char id[16])
{
	vgetrandom_buf(id, 16);
	id[6] = (id[6] & 0x0f) | 0x40;	/* version 4: random */
	id[8] = (id[8] & 0x3f) | 0x80;	/* the variant of RFC 9562 */
}

static void print_uuid(const unsigned char id[16])
{
	int i;

	for (i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			putchar('-');
		printf("%02x", id[i]);
	}
	putchar('\n');
}

static unsigned long parse_count(const char *word)
{
	unsigned long count;
	char *end;

	errno = 0;
	count = strtoul(word, &end, 10);
	if (errno || *end || end == word || *word == '-') {
		fprintf(stderr, "uuid: %s: a number of UUIDs expected\n", word);
		exit(2);
	}
	return count;
}

int main(int argc, char **argv)
{
	unsigned long left = argc > 1 ? parse_count(argv[1]) : 1;
	unsigned char id[16];

	for (; left; left--) {
		make_uuid(id);
		print_uuid(id);
	}
	if (fclose(stdout)) {
		perror("uuid");
		return 1;
	}
	return 0;
}
