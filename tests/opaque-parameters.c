/* SPDX-License-Identifier: MIT */
/*
 * Claim: asked what a state is, vgetrandom_opaque() describes memory that can
 * be mapped as said and states that fill a page, or says -ENOSYS where keys
 * may not lie in the caller's memory; any other call with ~0UL is a request.
 *
 * To see it fail: in answer_what_a_state_is of opaque.c, do not ask which
 * memory there is.
 */
#include <string.h>

#include "check-child.h"
#include "check-opaque.h"
#include "check-tier.h"
#include "check-watch.h"
#include "check.h"

static const struct vgetrandom_opaque_params zero;

static ssize_t ask(struct vgetrandom_opaque_params *params)
{
	memset(params, 0xa5, sizeof(*params));
	return vgetrandom_opaque(NULL, 0, 0, params, ~0ul);
}

/* Not the question: a request with a state of a strange length. */
static void requests_with_that_length(void)
{
	/* Where it would be no state that crosses a page. */
	static struct vgetrandom_opaque_params params
		__attribute__((aligned(OPAQUE_STATE_LEN)));
	uint8_t buf[16] = { 0 };

	watch_begin();
	check_eq(vgetrandom_opaque(buf, sizeof(buf), 0, &params, ~0ul),
		 sizeof(buf));
	check_eq(vgetrandom_opaque(NULL, 0, 1, &params, ~0ul), 0);
	check_eq(vgetrandom_opaque(buf, 0, 0, &params, ~0ul), 0);
	check_eq(vgetrandom_opaque(NULL, 1, 0, &params, ~0ul), -EFAULT);
	watch_end();
	check_bytes(&params, &zero, sizeof(params));
	check(check_longest_zero_run(buf, sizeof(buf)) < 8);
}

static void where_there_are_states(void)
{
	struct vgetrandom_opaque_params params;
	size_t page_len = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *state;

	check_eq(ask(&params), 0);
	check(params.size_of_opaque_state > 0);
	check_eq(page_len % params.size_of_opaque_state, 0);
	check_eq(params.mmap_prot, PROT_READ | PROT_WRITE);
	check_bytes(params.reserved, zero.reserved, sizeof(params.reserved));
	state = opaque_one();
	opaque_draw(state, &params, sizeof(params));
}

int main(int argc, char **argv)
{
	static const char *const without[] = { "locked", "none", NULL };
	struct vgetrandom_opaque_params params;
	struct watched seen = { 0 };
	int i, tier;

	tier = check_tier();
	if (argc > 1) {			/* started by the loop below */
		check_eq(ask(&params), -ENOSYS);
		return 0;
	}
	if (tier == 1)
		where_there_are_states();
	else
		check_eq(ask(&params), -ENOSYS);

	watch(&seen, requests_with_that_length);
	pass_on(seen.status);
	check_eq(seen.ngetrandom, 4);
	check_eq(seen.nothers, 0);

	for (i = 0; without[i]; i++) {
		char *again[] = { argv[0], "again", NULL };
		pid_t pid = fork();

		if (!pid)
			restart_with(again, "VGETRANDOM_MEMORY", without[i]);
		pass_on(wait_for(pid));
	}
	return 0;
}
