/* SPDX-License-Identifier: MIT */
/*
 * progress.c - one line of a terminal, written over and over.
 */
#include "progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define FIRST_AFTER_S	0.5
#define EACH_S		0.2

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* 1.5 GiB, in the units of -n. */
static void print_len(uint64_t len)
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB" };
	double scaled = (double)len;
	size_t i;

	for (i = 0; i < 4 && scaled >= 1024; i++)
		scaled /= 1024;
	fprintf(stderr, "%.*f %s", i ? 1 : 0, scaled, units[i]);
}

void vgr_progress_start(struct vgr_progress *progress, uint64_t total,
			int output)
{
	*progress = (struct vgr_progress){
		.is_shown = isatty(STDERR_FILENO) && !isatty(output),
		.total = total,
		.started = now(),
	};
	progress->next = progress->started + FIRST_AFTER_S;
}

void vgr_progress_update(struct vgr_progress *progress, uint64_t done)
{
	double time, rate;
	unsigned long left;

	if (!progress->is_shown)
		return;
	time = now();
	if (time < progress->next)
		return;
	progress->next = time + EACH_S;
	progress->has_line = true;

	rate = (double)done / (time - progress->started);
	fputc('\r', stderr);
	print_len(done);
	if (progress->total != UINT64_MAX) {
		fputs(" of ", stderr);
		print_len(progress->total);
	}
	fprintf(stderr, ", %.1f MB/s", rate / 1e6);
	if (progress->total != UINT64_MAX && rate > 0) {
		left = (unsigned long)((double)(progress->total - done) / rate);
		fprintf(stderr, ", %lu:%02lu:%02lu left", left / 3600,
			left / 60 % 60, left % 60);
	}
	fputs("\033[K", stderr);	/* clear what a longer line left behind */
}

void vgr_progress_end(struct vgr_progress *progress, uint64_t done)
{
	double seconds = now() - progress->started;

	if (!progress->has_line)
		return;
	fputc('\r', stderr);
	print_len(done);
	fprintf(stderr, " in %.1f s, %.1f MB/s\033[K\n", seconds,
		(double)done / seconds / 1e6);
}
