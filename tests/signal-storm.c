/* SPDX-License-Identifier: MIT */
/*
 * Claim: while a timer's handler draws again and again in the middle of a
 * thread's requests, no byte is given twice, none is a zero left in the batch,
 * at most three of a handler's requests and the one it interrupted are system
 * calls, and no slot is lost.
 *
 * To see it fail: have vgr_thread_enter and its slow kin in thread.{h,c} not
 * look at inside.
 *
 * VGR_TEST_FULL=1: 200,000 interrupted requests.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

#include "check-draw.h"
#include "check-slot.h"
#include "check-tier.h"
#include "check.h"

#define PIECE_LEN	40	/* a handler's request */
#define NPIECES		6	/* ... of which it makes so many at most */
#define MAX_LEN		6000

static long nwanted;		/* signals that find a call inside */
static long max_nsignals;
static volatile long nsignals, ninside;
static uint8_t (*by_handler)[NPIECES][PIECE_LEN];

static void on_alarm(int number)
{
	static uint8_t elsewhere[NPIECES][PIECE_LEN];
	int is_inside = is_inside_a_call() && ninside < nwanted, i;
	uint8_t (*pieces)[PIECE_LEN] = elsewhere;

	(void)number;
	if (is_inside)
		pieces = by_handler[ninside];
	for (i = 0; i <= nsignals % NPIECES; i++)
		draw(pieces[i], PIECE_LEN);
	ninside += is_inside;
	nsignals++;
}

static void every_microseconds(long period)
{
	struct itimerval timer = {
		{ 0, period }, { 0, period },
	};

	if (setitimer(ITIMER_REAL, &timer, NULL))
		hard_error("setitimer");
}

/* The last three requests. */
static struct request {
	size_t len;
	int is_looked_at;
	uint8_t bytes[MAX_LEN];
} requests[3];

/*
 * A request that a signal hit is looked at with those before and after it: of
 * what lies further away an interrupted call knows nothing.
 */
static void look_at(struct request *request)
{
	size_t len = request->len < 256 ? request->len : 256;

	if (request->is_looked_at)
		return;
	request->is_looked_at = 1;
	check_unique_windows(request->bytes, len);
	if (request->len > 512)
		check_unique_windows(request->bytes + request->len - len, len);
}

static void one_request(long n)
{
	static const size_t lens[] = { 40, 16, 100, 24, 700, 32, 40, 5000, 64 };
	static int was_hit;
	struct request *request = &requests[n % 3];
	long nbefore = ninside;
	ssize_t got;

	request->len = lens[n % (long)(sizeof(lens) / sizeof(lens[0]))];
	request->is_looked_at = 0;
	got = vgetrandom(request->bytes, request->len, 0);

	/* The system call stops for a signal at whole pages, past 256 bytes. */
	if (got >= 256)
		request->len = (size_t)got;
	check_eq(got, (ssize_t)request->len);
	check(check_longest_zero_run(request->bytes, request->len) < 8);

	if (was_hit) {
		look_at(&requests[0]);
		look_at(&requests[1]);
		look_at(&requests[2]);
	}
	was_hit = ninside != nbefore;
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct vgetrandom_info before, after;
	long n, ncalls;
	int tier = check_tier(), i;

	nwanted = getenv("VGR_TEST_FULL") ? 200000 : 2000;
	max_nsignals = 100 * nwanted;	/* by emulation 1 in 30 hits */
	by_handler = calloc((size_t)nwanted, sizeof(*by_handler));
	if (!by_handler || sigaction(SIGALRM, &action, NULL))
		hard_error("no memory, or no handler");
	draw_away(16);

	before = info_now();
	every_microseconds(100);
	for (n = 0; ninside < nwanted && nsignals < max_nsignals; n++) {
		if (tier == 3 && nsignals >= nwanted)
			break;
		one_request(n);
	}
	every_microseconds(0);
	after = info_now();

	ncalls = (long)(after.system_calls - before.system_calls);
	printf("%ld requests, %ld signals, %ld of them inside; ", n, nsignals,
	       ninside);
	printf("%ld system calls, %ld slots more\n", ncalls,
	       (long)(after.slots - before.slots));
	for (n = 0; n < ninside; n++)
		for (i = 0; i < NPIECES && by_handler[n][i][0]; i++)
			check_unique_windows(by_handler[n][i], PIECE_LEN);
	if (tier == 3)
		return 0;
	check_eq(ninside, nwanted);
	check(ncalls <= 4 * ninside);
	check_eq(after.slots, before.slots);
	return 0;
}
