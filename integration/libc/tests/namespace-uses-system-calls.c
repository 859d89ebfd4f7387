/* SPDX-License-Identifier: MIT */
/*
 * Claim: a second libc in a namespace of its own (dlmopen) draws by system
 * calls: it is told of no thread's end, and so keeps no states; 1000 threads of
 * the first libc that draw from the second leave nothing behind.
 *
 * To see it fail: let is_only_libc say yes.
 */
#include "libc.h"

#include <dlfcn.h>
#include <pthread.h>

static ssize_t (*theirs)(void *, size_t, unsigned int);

static void *draw(void *unused)
{
	char byte;

	CHECK(theirs(&byte, 1, 0) == 1);
	return unused;
}

int main(void)
{
	struct arena arena = check_tier();
	void *libc = dlmopen(LM_ID_NEWLM, "libc.so.6", RTLD_NOW);
	size_t before = pages_in_use(arena);
	pthread_t thread;
	int i;

	if (!libc) {
		printf("SKIP: %s\n", dlerror());
		return SKIP;
	}
	*(void **)&theirs = dlsym(libc, "getrandom");
	CHECK(theirs && theirs != getrandom);
	for (i = 0; i < 1000; i++) {
		CHECK(!pthread_create(&thread, NULL, draw, NULL));
		CHECK(!pthread_join(thread, NULL));
	}
	CHECK(find_arena().low == arena.low && find_arena().high == arena.high);
	CHECK(pages_in_use(arena) == before);
	return 0;
}
