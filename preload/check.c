/* SPDX-License-Identifier: MIT */
/*
 * check.c - the started program's side of "vgetrandom run --check": says over
 * a socket whether libc's calls lead to us, and whether we serve them.
 *
 * VGETRANDOM_CHECK=PID:SOCKET names who is asked.  exec keeps the process id,
 * so a child of a program that could not answer does not answer in its place.
 */
#include "vgetrandom.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base.h"
#include "preload.h"

#define DRAW_LEN	256
#define NDRAWS		8	/* more than any state holds ready made */

uint32_t arc4random(void);
void arc4random_buf(void *buf, size_t len);
uint32_t arc4random_uniform(uint32_t upper_bound);

/* ---- Doors ------------------------------------------------------------- */

/*
 * Whether a call leads here is seen by calling and watching our counters, not
 * by addresses: in a program linked at a fixed address, a function's address
 * may be that of the program's own jump to it.
 */

static void by_getrandom(uint8_t *buf)
{
	if (getrandom(buf, DRAW_LEN, 0) < 0)
		buf[0] = 0;
}

static void by_getentropy(uint8_t *buf)
{
	if (getentropy(buf, DRAW_LEN))
		buf[0] = 0;
}

static void by_arc4random(uint8_t *buf)
{
	size_t i;

	for (i = 0; i < DRAW_LEN / 4; i++)
		buf[i] = (uint8_t)arc4random();
}

static void by_arc4random_buf(uint8_t *buf)
{
	arc4random_buf(buf, DRAW_LEN);
}

static void by_arc4random_uniform(uint8_t *buf)
{
	size_t i;

	for (i = 0; i < DRAW_LEN / 4; i++)
		buf[i] = (uint8_t)arc4random_uniform(1000);
}

static void by_syscall(uint8_t *buf)
{
	if (syscall(SYS_getrandom, buf, DRAW_LEN, 0) < 0)
		buf[0] = 0;
}

static const struct {
	const char *name;
	void (*draw)(uint8_t *buf);
} doors[] = {
	{ "getrandom", by_getrandom },
	{ "getentropy", by_getentropy },
	{ "arc4random", by_arc4random },
	{ "arc4random_buf", by_arc4random_buf },
	{ "arc4random_uniform", by_arc4random_uniform },
	{ "syscall", by_syscall },
};

#define NDOORS	(sizeof(doors) / sizeof(doors[0]))

static uint64_t work_done(void)
{
	struct vgetrandom_info info = { .size = sizeof(info) };

	vgetrandom_info(&info);
	return info.refills + info.system_calls;
}

static bool leads_here(size_t door)
{
	uint64_t before = work_done();
	uint8_t buf[DRAW_LEN];
	int i;

	for (i = 0; i < NDRAWS; i++)
		doors[door].draw(buf);
	vgr_wipe(buf, sizeof(buf));
	return work_done() > before;
}

/* ---- The answer -------------------------------------------------------- */

struct line {
	char text[600];
	size_t len;
};

static void append(struct line *line, const char *text)
{
	size_t len = vgr_min(strlen(text), sizeof(line->text) - line->len);

	memcpy(line->text + line->len, text, len);
	line->len += len;
}

static void append_doors(struct line *line)
{
	const char *before = "; not through the drop-in: ";
	size_t i;

	for (i = 0; i < NDOORS; i++) {
		if (leads_here(i))
			continue;
		append(line, before);
		append(line, doors[i].name);
		before = ", ";
	}
}

static void append_how(struct line *line, const struct vgetrandom_info *info)
{
	append(line, "memory ");
	append(line, info->memory == VGETRANDOM_MEMORY_DROPPABLE ? "droppable" :
							  "locked");
	append(line, ", generation");
	if (info->generation & VGETRANDOM_GENERATION_KERNEL)
		append(line, " kernel");
	if (info->generation & VGETRANDOM_GENERATION_VMCLOCK)
		append(line, " vmclock");
	if (info->generation & VGETRANDOM_GENERATION_CLOCK)
		append(line, " clock");
	append(line, ", core ");
	append(line, info->core);
}

static void compose_answer(struct line *line)
{
	struct vgetrandom_info info = { .size = sizeof(info) };
	uint8_t byte;

	/* Before the doors: arc4random may not come back from a refusal. */
	if (vgetrandom(&byte, 1, 0) != 1) {
		append(line, "getrandom(2) is refused here");
		return;
	}
	vgetrandom_info(&info);
	if (info.is_active) {
		append(line, "active: ");
		append_how(line, &info);
	} else {
		append(line, "loaded, but system calls only: ");
		append(line, info.why_not);
	}
	append_doors(line);
}

/* "PID:SOCKET": the socket, or -1 if that is not for us. */
static int parse(const char *value)
{
	char *end;
	long fd;

	if (strtol(value, &end, 10) != getpid() || *end != ':')
		return -1;
	fd = strtol(end + 1, &end, 10);
	return *end || fd < 0 || fd > INT_MAX ? -1 : (int)fd;
}

void vgr_preload_answer_check(void)
{
	const char *value = secure_getenv("VGETRANDOM_CHECK");
	struct line line = { .len = 0 };
	int fd;

	if (!value)
		return;
	fd = parse(value);
	unsetenv("VGETRANDOM_CHECK");
	if (fd < 0)
		return;

	/*
	 * The other end prints the line, then hangs up: whatever the program
	 * prints comes after it.
	 */
	compose_answer(&line);
	if (send(fd, line.text, line.len, MSG_NOSIGNAL) > 0)
		while (read(fd, line.text, 1) > 0)
			;
	close(fd);
}
