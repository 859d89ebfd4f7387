/* SPDX-License-Identifier: MIT */
/*
 * snapshot-resume.c - a service that is told when it is about to be cloned.
 *
 *	cc snapshot-resume.c $(pkg-config --cflags --libs libvgetrandom) \
 *		-o snapshot-resume
 *	./snapshot-resume
 *
 * It reads events from standard input, one per line, as an agent in the guest
 * would hand them on, and answers each with one line:
 *
 *	before-snapshot		keys are gone, draws are system calls
 *	resumed			draws are served in user space again; to be sent
 *				once the guest's kernel has heard of the clone,
 *				as the new keys come from it
 *	draw			prints 16 bytes and who made them
 *
 * Between the first two the snapshot is taken.  However often it is resumed,
 * no two copies share a key of before: there was none to share.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <vgetrandom.h>

static const char *who_serves(void)
{
	struct vgetrandom_info info = { .size = sizeof(info) };

	vgetrandom_info(&info);
	return info.is_active ? "user space" : info.why_not;
}

static void before_snapshot(void)
{
	int error = vgetrandom_quiesce();

	if (error)	/* they are in memory, but will not be used again */
		printf("quiesced, but old keys may remain: %s\n",
		       strerror(-error));
	else
		printf("quiesced\n");
}

static void resumed(void)
{
	vgetrandom_reseed();
	printf("resumed\n");
}

static void draw(void)
{
	unsigned char bytes[16];
	size_t i;

	vgetrandom_buf(bytes, sizeof(bytes));
	for (i = 0; i < sizeof(bytes); i++)
		printf("%02x", bytes[i]);
	printf(" %s\n", who_serves());
}

int main(void)
{
	char line[64];

	while (fgets(line, sizeof(line), stdin)) {
		if (!strcmp(line, "before-snapshot\n"))
			before_snapshot();
		else if (!strcmp(line, "resumed\n"))
			resumed();
		else if (!strcmp(line, "draw\n"))
			draw();
		else
			printf("unknown event\n");
		fflush(stdout);
	}
	return ferror(stdin) ? 1 : 0;
}
