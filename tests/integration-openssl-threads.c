/* SPDX-License-Identifier: MIT */
/*
 * Claim: by configuration alone, RAND_bytes and RAND_priv_bytes are ours in a
 * program whose first call to OpenSSL is RAND_bytes; 64 threads, while another
 * calls RAND_add all the time, and children forked later never draw the same 16
 * bytes.
 *
 * To see it fail: take "random = VGETRANDOM" out of the configuration below, or
 * in map_inside of pages.c map MAP_PRIVATE in place of MAP_DROPPABLE.
 */
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check-tier.h"
#include "check.h"

#define NTHREADS	64
#define NDRAWS		500
#define NFORKS		8
#define LEN		16

struct draws {
	unsigned char public[NDRAWS][LEN], private[NDRAWS][LEN];
};

/* Of the threads, of the children, of the parent beside each child. */
static struct draws *threads, *children, *parents;
static unsigned int is_over;

static const char config[] =
	"openssl_conf = init\n"
	"[init]\n"
	"providers = providers\n"
	"random = random_section\n"
	"[providers]\n"
	"default = default_section\n"
	"vgetrandom = vgetrandom_section\n"
	"[default_section]\n"
	"activate = 1\n"
	"[vgetrandom_section]\n"
	"module = %s/integration/openssl/.libs/vgetrandom.so\n"
	"activate = 1\n"
	"[random_section]\n"
	"random = VGETRANDOM\n";

/* OpenSSL takes no relative path for a module. */
static void configure(void)
{
	char path[] = "/tmp/openssl-XXXXXX", builddir[4096];
	const char *given = getenv("builddir");
	int fd = mkstemp(path);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	if (!file || !realpath(given ? given : ".", builddir))
		hard_error("no file for a configuration");
	fprintf(file, config, builddir);
	if (fclose(file) || setenv("OPENSSL_CONF", path, 1))
		hard_error("no configuration");
}

static void draw(struct draws *draws)
{
	int i;

	for (i = 0; i < NDRAWS; i++) {
		check_eq(RAND_bytes(draws->public[i], LEN), 1);
		check_eq(RAND_priv_bytes(draws->private[i], LEN), 1);
	}
}

static const char *generator_name(EVP_RAND_CTX *context)
{
	return EVP_RAND_get0_name(EVP_RAND_CTX_get0_rand(context));
}

static void *run_thread(void *argument)
{
	draw(argument);
	check(!strcmp(generator_name(RAND_get0_public(NULL)), "VGETRANDOM"));
	check(!strcmp(generator_name(RAND_get0_private(NULL)), "VGETRANDOM"));
	return NULL;
}

static void *keep_adding(void *unused)
{
	while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED)) {
		RAND_add("salt", 4, 0);
		usleep(1000);
	}
	return unused;
}

/* Not beside other threads: OpenSSL's own locks may be held in the child. */
static void fork_and_draw(void)
{
	int i, status;
	pid_t pid;

	for (i = 0; i < NFORKS; i++) {
		pid = fork();
		check(pid >= 0);
		if (!pid) {
			draw(&children[i]);
			_exit(0);
		}
		draw(&parents[i]);
		check_eq(waitpid(pid, &status, 0), pid);
		check_eq(status, 0);
	}
}

static void *map_shared(size_t len)
{
	void *there = mmap(NULL, len, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	check(there != MAP_FAILED);
	return there;
}

static void check_all(const struct draws *draws, size_t n)
{
	size_t i, j;

	for (i = 0; i < n; i++)
		for (j = 0; j < NDRAWS; j++) {
			check_unique_windows(draws[i].public[j], LEN);
			check_unique_windows(draws[i].private[j], LEN);
		}
}

int main(void)
{
	pthread_t thread[NTHREADS], adder;
	unsigned char first[LEN];
	size_t i;

	configure();
	check_eq(RAND_bytes(first, sizeof(first)), 1);
	unlink(getenv("OPENSSL_CONF"));
	check(!strcmp(generator_name(RAND_get0_primary(NULL)), "VGETRANDOM"));
	check_eq(RAND_status(), 1);
	check_tier();

	threads = map_shared(NTHREADS * sizeof(*threads));
	children = map_shared(NFORKS * sizeof(*children));
	parents = map_shared(NFORKS * sizeof(*parents));
	check_eq(pthread_create(&adder, NULL, keep_adding, NULL), 0);
	for (i = 0; i < NTHREADS; i++)
		check_eq(pthread_create(&thread[i], NULL, run_thread,
					&threads[i]), 0);
	for (i = 0; i < NTHREADS; i++)
		pthread_join(thread[i], NULL);
	__atomic_store_n(&is_over, 1, __ATOMIC_RELAXED);
	pthread_join(adder, NULL);
	fork_and_draw();

	check_unique_windows(first, sizeof(first));
	check_all(threads, NTHREADS);
	check_all(children, NFORKS);
	check_all(parents, NFORKS);
	return 0;
}
