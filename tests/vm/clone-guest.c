/* SPDX-License-Identifier: MIT */
/*
 * clone-guest.c - draws and reports while its machine is copied; the host's
 * part (clone) compares what the copies have drawn.
 *
 *	clone-guest MODE TAIL LIMIT PAUSE START
 *
 *	draw	all the time, until the kernel has noticed
 *	draw-on	until the time is up
 *	quiesce-notice	quiesced before the snapshot, resumed when the kernel has
 *		noticed that it is a copy
 *	quiesce-told	resumed when the host says so
 *	quiesce-entropy	resumed once the host has sent entropy, which the kernel
 *		was given
 *	reseed-entropy	the same without the quiesce
 *	stop-notice	two requests stopped midway over the snapshot, until the
 *		kernel has noticed
 *	stop-told	the same, until the host says so
 *
 * Begins START seconds after the machine's start (in its first two minutes a
 * kernel reseeds more often than each 60 s), ends TAIL rounds after the event,
 * or at LIMIT seconds.  PAUSE: microseconds between rounds of the first two.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "check-tier.h"
#include "check.h"
#include "clone-guest.h"
#include "kernel-word.h"
#include "state.h"
#include "stopped-requests.h"
#include "thread.h"
#include "vdso.h"
#include "vgetrandom.h"

typedef long vdso_fn(void *buf, size_t len, unsigned int flags,
		     void *state, size_t state_len);

static vdso_fn *vdso;
static void *vdso_state;
static size_t vdso_state_len;

static struct record record;
static uint64_t control = 1;
static int kernel_log = -1;

/* ---- What the host has to know ------------------------------------------- */

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

static uint64_t word_now(void)
{
	return vgr_kernel_word() ? vgr_kernel_word_now() : 0;
}

/*
 * "crng reseeded due to virtual machine fork".  The word alone does not say it:
 * a young kernel reseeds every few seconds.
 */
static int is_noticed(void)
{
	char line[1024];
	ssize_t len;

	while ((len = read(kernel_log, line, sizeof(line) - 1)) > 0) {
		line[len] = 0;
		if (strstr(line, "virtual machine fork"))
			record.notices++;
	}
	return record.notices != 0;
}

/* ---- Draws --------------------------------------------------------------- */

static struct vgetrandom_info info_now(void)
{
	struct vgetrandom_info info = { .size = sizeof(info) };

	check_eq(vgetrandom_info(&info), 0);
	return info;
}

static void draw_once(void)
{
	struct vgetrandom_info info;

	record.word = word_now();
	record.microseconds = now();
	control = control * 6364136223846793005 + 1442695040888963407;
	record.control = control;
	check_eq(vgetrandom(record.ours, sizeof(record.ours), 0), 16);
	if (vdso_state)
		vdso(record.vdso, sizeof(record.vdso), 0, vdso_state,
		     vdso_state_len);
	check_eq(syscall(SYS_getrandom, record.system, sizeof(record.system), 0),
		 16);
	info = info_now();
	record.asked = (uint32_t)(info.kernel_keys + info.system_calls);
	send_to_host(&record, sizeof(record));
	record.index++;
}

/* Bytes that lie in memory go out in pieces, each a record's draws. */
static void send_stopped(const uint8_t *bytes, size_t len)
{
	const size_t piece = sizeof(struct record) - offsetof(struct record, ours);
	size_t at;

	record.phase = STOPPED;
	record.word = word_now();
	for (at = 0; at + piece <= len; at += piece) {
		memcpy(record.ours, bytes + at, piece);
		send_to_host(&record, sizeof(record));
		record.index++;
	}
}

/* Straight from where they lie: no copy is made in the guest's memory. */
static void send_secret(enum phase phase, const void *bytes, size_t len,
			const void *more, size_t more_len)
{
	record.phase = phase;
	send_to_host(&record, offsetof(struct record, ours));
	send_to_host(bytes, len);
	send_to_host(more, more_len);
	record.index++;
}

static void borrow_vdso(void)
{
	struct vgr_vdso_function found = vgr_vdso_find("getrandom");
	struct vgetrandom_opaque_params params;

	vdso = (vdso_fn *)(uintptr_t)found.code;
	if (!vdso || vdso(NULL, 0, 0, &params, ~0ul))
		return;
	vdso_state = mmap(NULL, 4096, (int)params.mmap_prot,
			  (int)params.mmap_flags, -1, 0);
	vdso_state_len = params.size_of_opaque_state;
	if (vdso_state == MAP_FAILED)
		vdso_state = NULL;
}

/* ---- Modes --------------------------------------------------------------- */

static unsigned long tail, limit, pause_us, start;

static int is_late(void)
{
	return now() > limit * 1000000;
}

static void draw_tail(void)
{
	unsigned long i;

	for (i = 0; i < tail; i++)
		draw_once();
}

static void draw(int on)
{
	while ((!is_noticed() || on) && !is_late()) {
		draw_once();
		if (pause_us)
			usleep((useconds_t)pause_us);
	}
	draw_tail();
}

/* As a host's agent would, who has 32 bytes that no other copy has. */
static void give_kernel_entropy(void)
{
	struct {
		int nbits, len;
		uint8_t bytes[32];
	} pool = { .nbits = 256, .len = 32 };
	int device = open("/dev/urandom", O_RDWR);

	await_bytes(pool.bytes, sizeof(pool.bytes));
	if (ioctl(device, RNDADDENTROPY, &pool) ||
	    ioctl(device, RNDRESEEDCRNG))
		hard_error("the kernel takes no entropy: %s", strerror(errno));
	close(device);
}

/* Afterwards nothing of the key is in our memory. */
static void quiesce_here(void)
{
	static const struct vgr_state empty;
	static _Alignas(64) uint8_t marker[48];
	const struct vgr_state *state = vgr_thread_slot->state;

	check_eq(vgetrandom(marker, sizeof(marker), 0), sizeof(marker));
	send_secret(MARKER, marker, sizeof(marker), NULL, 0);
	send_secret(KEY, state->key, VGR_KEY_LEN,
		    state->batch + VGR_BATCH_LEN - 16, 16);
	check_eq(vgetrandom_quiesce(), 0);
	check_bytes(state->key, empty.key, sizeof(empty.key));
	check_bytes(state->batch, empty.batch, sizeof(empty.batch));
	record.phase = QUIESCED;
}

/* Quiesced, each draw until then is the system call; afterwards there is a key. */
static void resume(const char *until, int is_quiesced)
{
	struct vgetrandom_info before, after;
	uint64_t index;
	uint8_t byte;

	draw_tail();
	if (is_quiesced)
		quiesce_here();
	printf("QUIESCED\n");
	before = info_now();
	index = record.index;
	do
		draw_once();
	while (!is_late() && (strcmp(until, "notice") ? !host_says(&byte) :
							!is_noticed()));
	after = info_now();
	if (is_quiesced)
		check_eq(after.system_calls - before.system_calls,
			 record.index - index);
	if (!strcmp(until, "entropy"))
		give_kernel_entropy();

	vgetrandom_reseed();
	record.phase = RESUMED;
	draw_tail();
	check(info_now().kernel_keys > after.kernel_keys);
}

static void stop(const char *until)
{
	uint8_t byte;
	int i;

	draw_tail();
	begin_requests();
	printf("STOPPED\n");
	while (!is_late() && (strcmp(until, "notice") ? !host_says(&byte) :
							!is_noticed()))
		;
	end_requests();
	for (i = 0; i < NSTOPPED; i++)
		send_stopped(stopped[i].bytes, stopped[i].len);
	record.phase = RESUMED;
	draw_tail();
}

int main(int argc, char **argv)
{
	if (argc < 6)
		hard_error("usage: clone-guest MODE TAIL LIMIT PAUSE START");
	tail = strtoul(argv[2], NULL, 10);
	limit = strtoul(argv[3], NULL, 10);
	pause_us = strtoul(argv[4], NULL, 10);
	start = strtoul(argv[5], NULL, 10);

	if (check_tier() == 3)
		skip("no state is kept here");
	open_ports();
	borrow_vdso();
	kernel_log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	lseek(kernel_log, 0, SEEK_END);
	while (now() < start * 1000000)
		usleep(10000);
	printf("READY\n");

	if (!strcmp(argv[1], "draw"))
		draw(0);
	else if (!strcmp(argv[1], "draw-on"))
		draw(1);
	else if (!strncmp(argv[1], "quiesce-", 8))
		resume(argv[1] + 8, 1);
	else if (!strncmp(argv[1], "reseed-", 7))
		resume(argv[1] + 7, 0);
	else if (!strncmp(argv[1], "stop-", 5))
		stop(argv[1] + 5);
	else
		hard_error("no such mode: %s", argv[1]);
	return 0;
}
