/* SPDX-License-Identifier: MIT */
/*
 * Claim: a signal handler may draw while the thread it interrupts does, from
 * the process's first draw on, and may leave by longjmp: nothing is drawn twice
 * and nothing is left zero.
 *
 * To see it fail: in vgr_thread_enter let everybody in.
 */
#include "libc.h"

#include <setjmp.h>
#include <sys/time.h>

#define NDRAWS 1000000

static uint64_t *drawn;
static volatile unsigned int ndrawn;
static sigjmp_buf before_draw;
static volatile sig_atomic_t may_jump, nsignals;

static void keep(const uint64_t *two)
{
	unsigned int at = ndrawn;

	if (at + 2 <= NDRAWS) {
		ndrawn = at + 2;
		drawn[at] = two[0];
		drawn[at + 1] = two[1];
	}
}

static void handle(int signal)
{
	uint64_t two[2];

	(void)signal;
	CHECK(getrandom(two, sizeof(two), 0) == sizeof(two));
	keep(two);
	if (++nsignals % 7 == 0 && may_jump) {
		may_jump = 0;
		siglongjmp(before_draw, 1);
	}
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

int main(void)
{
	struct itimerval often = { { 0, 50 }, { 0, 50 } }, never = { { 0, 0 }, { 0, 0 } };
	struct sigaction action = { .sa_handler = handle };
	unsigned int i;

	drawn = calloc(NDRAWS, sizeof(*drawn));
	CHECK(drawn && !sigaction(SIGALRM, &action, NULL));
	CHECK(!setitimer(ITIMER_REAL, &often, NULL));
	sigsetjmp(before_draw, 1);
	while (ndrawn + 2 <= NDRAWS) {
		uint64_t two[2] = { 0, 0 };

		may_jump = 1;
		CHECK(getrandom(two, sizeof(two), 0) == sizeof(two));
		may_jump = 0;
		keep(two);
	}
	CHECK(!setitimer(ITIMER_REAL, &never, NULL));
	check_tier();
	printf("%d signals in %d draws\n", (int)nsignals, NDRAWS / 2);

	qsort(drawn, NDRAWS, sizeof(*drawn), compare);
	CHECK(drawn[0]);
	for (i = 1; i < NDRAWS; i++)
		CHECK(drawn[i] != drawn[i - 1]);
	CHECK(nsignals);
	return 0;
}
