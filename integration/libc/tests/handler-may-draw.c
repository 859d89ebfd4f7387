/* SPDX-License-Identifier: MIT */
/*
 * Claim: a signal handler may draw while the thread it interrupts does, from
 * the process's first draw on, and may leave by longjmp: nothing is drawn twice
 * and nothing is left zero, and the thread is soon served in user space again.
 *
 * To see it fail: in vgr_thread_enter let everybody in; for the last, let no
 * slot be left behind, or run it with glibc 2.41 as it is.
 */
#include "libc.h"

#include "filter.h"

#include <setjmp.h>
#include <sys/wait.h>
#include <time.h>

#define MAX_KEPT 1000000
#define SECONDS 3

static uint64_t *kept;
static volatile unsigned int nkept;
static sigjmp_buf before_draw;
static volatile sig_atomic_t may_jump, nsignals;

static void keep(const uint64_t *two)
{
	unsigned int at = nkept;

	if (at + 2 <= MAX_KEPT) {
		nkept = at + 2;
		kept[at] = two[0];
		kept[at + 1] = two[1];
	}
}

static void handle(int signal)
{
	uint64_t two[2] = { 0, 0 };

	(void)signal;
	CHECK(getrandom(two, sizeof(two), 0) == sizeof(two));
	keep(two);
	if (++nsignals % 7 == 0 && may_jump) {
		may_jump = 0;
		siglongjmp(before_draw, 1);
	}
}

/* Those that a signal interrupted are kept, and the next few. */
static void draw(void)
{
	static int seen, ntokeep;
	uint64_t two[2] = { 0, 0 };

	may_jump = 1;
	CHECK(getrandom(two, sizeof(two), 0) == sizeof(two));
	may_jump = 0;
	if (seen != nsignals)
		ntokeep = 64;
	seen = nsignals;
	if (ntokeep && ntokeep--)
		keep(two);
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

int main(void)
{
	struct sigaction action = { .sa_handler = handle };
	pid_t parent = getpid(), sender;
	time_t end;
	volatile unsigned int i;

	kept = calloc(MAX_KEPT, sizeof(*kept));
	CHECK(kept && !sigaction(SIGUSR1, &action, NULL));
	sender = fork();
	CHECK(sender >= 0);
	while (!sender)		/* timers come every few milliseconds only */
		if (kill(parent, SIGUSR1) || getppid() != parent)
			_exit(0);
	end = time(NULL) + SECONDS;
	sigsetjmp(before_draw, 1);
	while (time(NULL) <= end && nkept < MAX_KEPT)
		for (i = 0; i < 100; i++)
			draw();
	CHECK(!kill(sender, SIGKILL) && waitpid(sender, NULL, 0) == sender);
	check_tier();
	printf("%d signals, %u numbers kept\n", (int)nsignals, nkept);
	for (i = 0; i < 10; i++)
		draw();
	refuse_requests();
	for (i = 0; i < 100; i++)
		draw();

	qsort(kept, nkept, sizeof(*kept), compare);
	CHECK(nkept && kept[0]);
	for (i = 1; i < nkept; i++)
		CHECK(kept[i] != kept[i - 1]);
	return 0;
}
