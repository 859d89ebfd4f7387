/* SPDX-License-Identifier: MIT */
/*
 * Claim: states never share a byte, with each other, with the threads' own, or
 * with themselves, in whichever order they are drawn from.
 *
 * To see it fail: in fill() of opaque.c, store no position.
 */
#include <string.h>

#include "check-opaque.h"
#include "check-tier.h"
#include "check.h"

#define NSTATES		64
#define NDRAWS		3000
#define MAX_DRAW	400

int main(void)
{
	uint8_t *states, buf[MAX_DRAW];
	size_t len;
	int i;

	check_tier();
	states = opaque_states(NSTATES);
	for (i = 0; i < NDRAWS; i++) {
		len = 16 + check_random() % (MAX_DRAW - 16);
		if (check_random() % 8)
			opaque_draw(states + check_random() % NSTATES *
				    OPAQUE_STATE_LEN, buf, len);
		else
			check_eq(vgetrandom(buf, len, 0), (ssize_t)len);
		check_unique_windows(buf, len);
	}
	return 0;
}
