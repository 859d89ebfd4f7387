/* SPDX-License-Identifier: MIT */
/*
 * bytes.c - "vgetrandom bytes": random bytes, as openssl rand gives them, and
 * without an end into a pipe.
 *
 * Success means that every byte was written and taken.
 */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "progress.h"
#include "vgetrandom.h"

static const char help[] =
"Usage: vgetrandom bytes [-n NUMBER] [--hex | --base64] [-o FILE]\n"
"\n"
"Writes random bytes to standard output or FILE.\n"
"\n"
"  -n, --number NUMBER  how many; K, M, G and T stand for 2^10, 2^20, 2^30 and\n"
"                       2^40.  Without it there is no end, which only a pipe, a\n"
"                       socket or a device can take\n"
"  --hex                as hexadecimal digits, one line\n"
"  --base64             as base64 in lines of 64 characters\n"
"  -o, --output FILE    to FILE, which nobody else may read if it is new\n"
"  --help               this text\n"
"\n"
"Exit status: 0 if all was written, 1 if not, 2 for a wrong argument.\n";

/* Pages, for raw bytes, and lines of base64. */
#define PIECE_LEN	(12 * 4096)
#define NO_END		UINT64_MAX

struct job {
	uint64_t len;
	enum vgr_encoding encoding;
	const char *path;	/* NULL: standard output */
	const char *name;	/* what messages call it */
	bool is_new;		/* we made the file */
};

/* ---- Arguments ---------------------------------------------------------- */

/* Digits and a suffix; -1 if that is not what it is, or too large. */
static int parse_len(const char *text, uint64_t *len)
{
	static const char suffixes[] = "KMGT";
	const char *suffix;
	unsigned int shift = 0;
	char *end;

	if (*text < '0' || *text > '9')		/* strtoull takes a sign */
		return -1;
	errno = 0;
	*len = strtoull(text, &end, 10);
	if (errno)
		return -1;
	if (*end) {
		suffix = strchr(suffixes, *end & ~0x20);	/* any case */
		if (!suffix || end[1])
			return -1;
		shift = 10 * (unsigned int)(suffix - suffixes + 1);
	}
	if (*len > (uint64_t)INT64_MAX >> shift)
		return -1;
	*len <<= shift;
	return 0;
}

/* Whether an endless stream makes sense there; 0 or EXIT_USAGE. */
static int check_endless(const struct job *job)
{
	struct stat file;
	int error = job->path ? stat(job->path, &file)
			      : fstat(STDOUT_FILENO, &file);

	if (!job->path && isatty(STDOUT_FILENO)) {
		vgr_command_say("no end of bytes for a terminal: say how many with -n");
		return EXIT_USAGE;
	}
	if (error ? job->path != NULL : S_ISREG(file.st_mode)) {
		vgr_command_say("no end of bytes for a file (%s): say how many with -n",
				job->name);
		return EXIT_USAGE;
	}
	return 0;
}

static int parse(int argc, char **argv, struct job *job)
{
	static const struct option options[] = {
		{ "number", required_argument, NULL, 'n' },
		{ "hex", no_argument, NULL, 'x' },
		{ "base64", no_argument, NULL, 'b' },
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	enum vgr_encoding encoding;
	int option;

	*job = (struct job){ .len = NO_END, .encoding = VGR_RAW,
			     .name = "standard output" };
	while ((option = getopt_long(argc, argv, ":n:o:h", options,
				     NULL)) != -1) {
		switch (option) {
		case 'n':
			if (!parse_len(optarg, &job->len))
				break;
			vgr_command_say("-n '%s': a number of bytes expected, such as 16 or 10M",
					optarg);
			return EXIT_USAGE;
		case 'x':
		case 'b':
			encoding = option == 'x' ? VGR_HEX : VGR_BASE64;
			if (job->encoding == VGR_RAW ||
			    job->encoding == encoding) {
				job->encoding = encoding;
				break;
			}
			vgr_command_say("--hex or --base64, not both");
			return EXIT_USAGE;
		case 'o':
			job->path = job->name = optarg;
			break;
		case 'h':
			exit(vgr_command_print(help));
		default:
			return vgr_command_bad_option(argv, option);
		}
	}
	if (optind < argc)
		return vgr_command_bad_operand(argv[optind]);
	return job->len == NO_END ? check_endless(job) : 0;
}

/* ---- Output ------------------------------------------------------------- */

/* A descriptor, or -1 with errno. */
static int open_output(struct job *job)
{
	int file;

	if (!job->path)
		return STDOUT_FILENO;
	file = open(job->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	job->is_new = file >= 0;
	if (file < 0 && errno == EEXIST)
		file = open(job->path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	return file;
}

static int write_all(int file, const void *bytes, size_t len)
{
	struct pollfd writable = { .fd = file, .events = POLLOUT };
	const char *at = bytes;
	ssize_t written;

	while (len) {
		written = write(file, at, len);
		if (written >= 0) {
			at += written;
			len -= (size_t)written;
		} else if (errno == EAGAIN) {	/* it may not block */
			poll(&writable, 1, -1);
		} else if (errno != EINTR) {
			return -1;
		}
	}
	return 0;
}

static int fill(unsigned char *bytes, size_t len)
{
	size_t done = 0;
	ssize_t got;

	while (done < len) {
		got = vgetrandom(bytes + done, len - done, 0);
		if (got >= 0)
			done += (size_t)got;
		else if (errno != EINTR)
			return -1;
	}
	return 0;
}

static int write_piece(int file, enum vgr_encoding encoding,
		       const unsigned char *bytes, size_t len)
{
	static char text[VGR_ENCODED_MAX(PIECE_LEN)];
	size_t text_len;
	int error;

	if (encoding == VGR_RAW)
		return write_all(file, bytes, len);
	text_len = vgr_command_encode(encoding, text, bytes, len);
	error = write_all(file, text, text_len);
	explicit_bzero(text, text_len);
	return error;
}

/* NULL, or what failed, with errno. */
static const char *write_job(int file, const struct job *job)
{
	static unsigned char bytes[PIECE_LEN];
	struct vgr_progress progress;
	const char *failed = NULL;
	uint64_t done = 0;
	size_t len;

	vgr_progress_start(&progress, job->len, file);
	while (done < job->len && !failed) {
		len = job->len - done < PIECE_LEN ? job->len - done : PIECE_LEN;
		if (fill(bytes, len)) {
			failed = "getrandom";
		} else if (write_piece(file, job->encoding, bytes, len)) {
			failed = job->name;
		} else {
			done += len;
			vgr_progress_update(&progress, done);
		}
	}
	if (!failed && job->encoding == VGR_HEX && job->len &&
	    write_all(file, "\n", 1))
		failed = job->name;

	explicit_bzero(bytes, sizeof(bytes));
	vgr_progress_end(&progress, done);
	return failed;
}

int vgr_command_bytes(int argc, char **argv)
{
	const char *failed;
	struct job job;
	int file, error;

	error = parse(argc, argv, &job);
	if (error)
		return error;

	/* A reader who leaves is an error with words, not a silent end. */
	signal(SIGPIPE, SIG_IGN);
	file = open_output(&job);
	failed = file < 0 ? job.name : write_job(file, &job);
	error = errno;
	/* A full disk or a lost server may show only now. */
	if (file >= 0 && close(file) && !failed) {
		failed = job.name;
		error = errno;
	}
	if (!failed)
		return EXIT_SUCCESS;
	if (job.is_new)
		unlink(job.path);
	vgr_command_say("%s: %s", failed, strerror(error));
	return EXIT_FAILURE;
}
