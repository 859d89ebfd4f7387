/* SPDX-License-Identifier: MIT */
/*
 * to-host.c - sends a folder of a guest to its host: as a tar archive, through
 * QEMU's debug port.
 *
 *	to-host FOLDER
 *
 * x86_64, as root.
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "clone-guest.h"

#define BLOCK_LEN	512

/* The part of POSIX ustar that tar needs; numbers are octal. */
struct header {
	char name[100], mode[8], uid[8], gid[8], len[12], mtime[12], sum[8];
	char type, link[100], magic[8], rest[247];
};

static void send_header(const char *path, const struct stat *stat, int is_folder)
{
	union {
		struct header header;
		uint8_t bytes[BLOCK_LEN];
	} block = { .header = { .magic = "ustar", .uid = "0", .gid = "0",
				.mtime = "0" } };
	struct header *header = &block.header;
	unsigned int sum = 0, i;

	snprintf(header->name, sizeof(header->name), "%s", path);
	snprintf(header->mode, sizeof(header->mode), "%o",
		 (unsigned int)stat->st_mode & 07777);
	snprintf(header->len, sizeof(header->len), "%llo",
		 is_folder ? 0ull : (unsigned long long)stat->st_size);
	memcpy(header->magic + 6, "00", 2);
	header->type = is_folder ? '5' : '0';
	memset(header->sum, ' ', sizeof(header->sum));
	for (i = 0; i < BLOCK_LEN; i++)
		sum += block.bytes[i];
	snprintf(header->sum, sizeof(header->sum), "%06o", sum);
	send_to_host(&block, BLOCK_LEN);
}

static void send_file(const char *path)
{
	static uint8_t bytes[65536];
	FILE *file = fopen(path, "re");
	size_t len;

	while (file && (len = fread(bytes, 1, sizeof(bytes), file)) > 0) {
		memset(bytes + len, 0, -len % BLOCK_LEN);
		send_to_host(bytes, len + -len % BLOCK_LEN);
	}
	if (file)
		fclose(file);
}

static int send_entry(const char *path, const struct stat *stat, int type,
		      struct FTW *unused)
{
	(void)unused;
	if (type == FTW_D) {
		send_header(path, stat, 1);
	} else if (type == FTW_F) {
		send_header(path, stat, 0);
		send_file(path);
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const uint8_t end[2 * BLOCK_LEN];

	if (argc < 2)
		hard_error("usage: to-host FOLDER");
	open_ports();
	if (nftw(argv[1], send_entry, 8, FTW_PHYS))
		hard_error("%s cannot be read", argv[1]);
	send_to_host(end, sizeof(end));
	return 0;
}
