/* SPDX-License-Identifier: MIT */
/*
 * wish.c - what of a sweep is wanted; see wish.h.
 */
#include "wish.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

struct wish wish = { .every = 100, .road = "door" };

void wish_read(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "";

		if (!strcmp(argv[i], "--full"))
			wish.full = true;
		else if (!strcmp(argv[i], "--pairs"))
			wish.pairs = true;
		else if (!strcmp(argv[i], "--bad-expected"))
			wish.bad_expected = true;
		else if (!strcmp(argv[i], "--two"))
			wish.two = wish.pairs = true;
		else if (!strcmp(argv[i], "--every"))
			wish.every = (unsigned int)atoi(value), i++;
		else if (!strcmp(argv[i], "--subject"))
			wish.subject = value, i++;
		else if (!strcmp(argv[i], "--shape"))
			wish.shape = value, i++;
		else if (!strcmp(argv[i], "--road"))
			wish.road = value, i++;
		else if (!strcmp(argv[i], "--fault"))
			wish.fault = value, i++;
		else if (!strcmp(argv[i], "--seconds"))
			wish.seconds = (unsigned int)atoi(value), i++;
		else if (!strcmp(argv[i], "--seed"))
			wish.seed = strtoull(value, NULL, 0), i++;
		else
			hard_error("unknown option %s", argv[i]);
	}
	if (!wish.every)
		wish.every = 1;
}
