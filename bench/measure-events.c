/* SPDX-License-Identifier: MIT */
/*
 * measure-events.c - draws on a bad day: in a fresh child, with everything
 * cold, and while another process takes the pages away.
 */
#include "measure.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "machine.h"

#define MAX_CALLS	64	/* of one turn of these measures */

/* Memory that a child writes to and its parent reads. */
static void *shared(size_t len)
{
	void *memory = mmap(NULL, len, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	return memory;
}

/* ---- Fork --------------------------------------------------------------- */

struct child_times {
	double begin, end;
	unsigned long nfailed;
};

static int fork_and_draw(const struct bench_peer *peer, size_t len,
			 struct child_times *times)
{
	void *buf = bench_buffer(0, len);
	int status;
	pid_t child = fork();

	if (child < 0)
		return -1;
	if (!child) {
		times->begin = bench_now_ns();
		times->nfailed = peer->repeat(buf, len, 1);
		times->end = bench_now_ns();
		_exit(0);
	}
	waitpid(child, &status, 0);
	return status;
}

void bench_measure_fork(const struct bench_peer *peer,
			const struct bench_order *order,
			struct bench_sample *sample)
{
	double all[MAX_CALLS], draw[MAX_CALLS], cpu = bench_cpu_ns();
	struct child_times *times = shared(sizeof(*times));
	unsigned long i;
	int status;

	for (i = 0; i < order->calls && i < MAX_CALLS; i++) {
		double begin = bench_now_ns();

		status = fork_and_draw(peer, order->len, times);
		all[i] = times->end - begin;
		draw[i] = times->end - times->begin;
		if (status == -1)
			bench_fail(sample, "fork", errno);
		else if (WIFSIGNALED(status))
			snprintf(sample->error, sizeof(sample->error),
				 "the child died: %s",
				 strsignal(WTERMSIG(status)));
		else if (times->nfailed)
			bench_fail(sample, "a request was refused", 0);
		if (sample->error[0])
			break;
	}
	if (!sample->error[0]) {
		sample->real_ns = bench_median(all, i);
		sample->extra[0] = bench_median(draw, i);
		sample->cpu_ns = (bench_cpu_ns() - cpu) / (double)i;
		sample->calls = i;
	}
	munmap(times, sizeof(*times));
}

/* ---- Cold --------------------------------------------------------------- */

/* Twice the largest cache, within reason. */
static size_t flush_len(void)
{
	const size_t least = (size_t)32 << 20, most = (size_t)512 << 20;
	size_t len = 2 * bench_machine_largest_cache();

	return len < least ? least : len > most ? most : len;
}

/*
 * Other work: more memory than the caches hold, one write a line; a change of
 * protection over so many pages that the kernel flushes the whole TLB; and
 * system calls, whose code and data push ours out of the first-level caches.
 */
static void flush_everything(void)
{
	static volatile unsigned char *junk;
	static size_t len;
	char text[4096];
	size_t i;
	int fd;

	if (!junk) {
		len = flush_len();
		junk = mmap(NULL, len, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (junk == MAP_FAILED) {
			perror("mmap");
			exit(1);
		}
		madvise((void *)junk, len, MADV_NOHUGEPAGE);
	}
	for (i = 0; i < len; i += 64)
		junk[i]++;
	mprotect((void *)junk, len, PROT_READ);
	mprotect((void *)junk, len, PROT_READ | PROT_WRITE);
	fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && read(fd, text, sizeof(text)) > 0)
		;
	close(fd);
}

void bench_measure_cold(const struct bench_peer *peer,
			const struct bench_order *order,
			struct bench_sample *sample)
{
	void *buf = bench_buffer(0, order->len);
	double times[MAX_CALLS], begin;
	unsigned long i;

	for (i = 0; i < order->calls && i < MAX_CALLS; i++) {
		flush_everything();
		bench_now_ns();		/* the clock shall not be cold */
		begin = bench_now_ns();
		if (peer->repeat(buf, order->len, 1))
			bench_fail(sample, "a request was refused", 0);
		times[i] = bench_now_ns() - begin;
	}
	sample->real_ns = sample->cpu_ns = bench_median(times, i);
	sample->calls = i;
}

/* ---- Squeezed ----------------------------------------------------------- */

#define SQUEEZE_NS	1000000		/* a squeeze each millisecond */
#define MAX_RANGES	1024		/* what one process_madvise() takes */
#define LEAST_SQUEEZES	5		/* else it was no squeeze */
#define SQUEEZE_MAX_NS	2e9

/* What the squeezer tells its victim. */
struct squeezer {
	volatile unsigned long nsqueezes;
	volatile int error;
};

/* Private anonymous memory of the process that may be written. */
static size_t find_ranges(pid_t pid, struct iovec *ranges)
{
	unsigned long begin, end, inode;
	char path[64], line[512], rights[8];
	size_t n = 0;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	maps = fopen(path, "re");
	if (!maps)
		return 0;
	while (n < MAX_RANGES && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx %7s %*s %*s %lu", &begin, &end,
			   rights, &inode) != 4)
			continue;
		if (inode || strcmp(rights, "rw-p") || strstr(line, "[stack"))
			continue;
		ranges[n++] = (struct iovec){
			(void *)begin, (size_t)(end - begin)
		};
	}
	fclose(maps);
	return n;
}

static _Noreturn void squeeze(struct squeezer *shared_with, pid_t victim)
{
	static struct iovec ranges[MAX_RANGES];
	int fd = (int)syscall(SYS_pidfd_open, victim, 0);
	size_t n = find_ranges(victim, ranges);
	struct timespec pause = { .tv_nsec = SQUEEZE_NS };

	if (bench_ncpus() > 1)
		bench_pin(bench_ncpus() - 2);	/* the worker has the last */
	while (!shared_with->error) {
		if (syscall(SYS_process_madvise, fd, ranges, n,
			    MADV_PAGEOUT, 0) < 0)
			shared_with->error = errno;
		else
			shared_with->nsqueezes++;
		nanosleep(&pause, NULL);
	}
	_exit(0);
}

/* Long enough, and squeezed often enough. */
static bool is_done(const struct squeezer *squeezer, unsigned long before,
		    double ns, double min_ns)
{
	return ns >= SQUEEZE_MAX_NS ||
	       (ns >= min_ns &&
		squeezer->nsqueezes - before >= LEAST_SQUEEZES);
}

/* Returns once it is at work: 0, or an errno. */
static int start_squeezer(struct squeezer *squeezer, pid_t *pid)
{
	pid_t victim = getpid();

	*pid = fork();
	if (*pid < 0)
		return errno;
	if (!*pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		squeeze(squeezer, victim);
	}
	while (!squeezer->error && squeezer->nsqueezes < 2)
		usleep(100);
	return squeezer->error;
}

static void draw_squeezed(const struct bench_peer *peer,
			  const struct bench_order *order,
			  const struct squeezer *squeezer,
			  struct bench_sample *sample)
{
	void *buf = bench_buffer(0, order->len);
	unsigned long before = squeezer->nsqueezes, nfailed = 0, calls = 0;
	double cpu = bench_cpu_ns(), begin = bench_now_ns(), end = begin;
	double now, worst = 0;

	while (!is_done(squeezer, before, end - begin, order->min_ns)) {
		nfailed += peer->repeat(buf, order->len, 1);
		now = bench_now_ns();
		worst = now - end > worst ? now - end : worst;
		end = now;
		calls++;
	}
	sample->real_ns = (end - begin) / (double)calls;
	sample->cpu_ns = (bench_cpu_ns() - cpu) / (double)calls;
	sample->calls = calls;
	sample->extra[0] = (double)(squeezer->nsqueezes - before);
	sample->extra[1] = worst;
	if (nfailed)
		bench_fail(sample, "a request was refused", 0);
}

void bench_measure_squeeze(const struct bench_peer *peer,
			   const struct bench_order *order,
			   struct bench_sample *sample)
{
	struct squeezer *squeezer = shared(sizeof(*squeezer));
	pid_t pid;
	int error;

	peer->repeat(bench_buffer(0, order->len), order->len, 1000);
	error = start_squeezer(squeezer, &pid);
	if (error)
		bench_fail(sample, "process_madvise (needs CAP_SYS_NICE)",
			   error);
	else
		draw_squeezed(peer, order, squeezer, sample);
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	munmap(squeezer, sizeof(*squeezer));
}
