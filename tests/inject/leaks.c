/* SPDX-License-Identifier: MIT */
/*
 * Claim: after a request returned, wherever it was interrupted or lost its
 * page, its bytes are in the caller's buffer only, the key before them nowhere
 * and the next one in the state alone: not on the stack, in no register, in no
 * writable mapping.
 *
 * To see it fail: let vgr_copy_and_zero keep what it copied.
 *
 *   leaks [--full] [--shape NAME] [--seed N]
 *
 * What is looked for is kept masked, so that we do not find ourselves.  The
 * call has a stack of its own; the handlers' frames, which hold the registers
 * of their moment by nature, are on another.  The portable core may spill,
 * and leaves its last words in vector registers.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "check-tier.h"
#include "check.h"
#include "needle.h"
#include "reach.h"
#include "record.h"
#include "run.h"
#include "state.h"
#include "vgetrandom.h"
#include "walk.h"

#define STACK_LEN	(64 * 1024)
#define XSAVE_AT	256		/* in the registers' area */
#define REGISTERS_LEN	(16 * 1024)

static uint8_t *stack, *registers, *buf;
static bool is_full, core_spills;
static uint64_t seed;

/*
 * Calls function(buf, len, 0, state, VGR_STATE_LEN) on its own stack, with all
 * vector registers empty; then saves every register.
 */
void inject_call(const void *function, void *to, size_t len, void *state,
		 void *save, void *stack_end);
__asm__(".pushsection .text\n"
	".globl inject_call\n"
	".type inject_call, @function\n"
	"inject_call:\n\t"
	"endbr64\n\t"
	"push %rbx\n\t"
	"push %rbp\n\t"
	"mov %r8, %rbx\n\t"
	"mov %rsp, %rbp\n\t"
	"mov %r9, %rsp\n\t"
	"mov %rdi, %r11\n\t"
	"mov %rsi, %rdi\n\t"
	"mov %rdx, %rsi\n\t"
	"mov $-1, %eax\n\t"
	"mov $-1, %edx\n\t"
	"xrstor64 256(%rbx)\n\t"
	"xor %edx, %edx\n\t"
	"mov $1024, %r8d\n\t"
	"call *%r11\n\t"
	"mov %rax, 0(%rbx)\n\t"
	"mov %rcx, 8(%rbx)\n\t"
	"mov %rdx, 16(%rbx)\n\t"
	"mov %rsi, 24(%rbx)\n\t"
	"mov %rdi, 32(%rbx)\n\t"
	"mov %r8, 40(%rbx)\n\t"
	"mov %r9, 48(%rbx)\n\t"
	"mov %r10, 56(%rbx)\n\t"
	"mov %r11, 64(%rbx)\n\t"
	"mov %r12, 72(%rbx)\n\t"
	"mov %r13, 80(%rbx)\n\t"
	"mov %r14, 88(%rbx)\n\t"
	"mov %r15, 96(%rbx)\n\t"
	"mov $-1, %eax\n\t"
	"mov $-1, %edx\n\t"
	"xsave64 256(%rbx)\n\t"
	"mov %rbp, %rsp\n\t"
	"pop %rbp\n\t"
	"pop %rbx\n\t"
	"ret\n"
	".size inject_call, . - inject_call\n"
	".popsection");

/* ---- What is looked for, and where --------------------------------------------- */

static struct needle old_key = { .name = "the key before" };
static struct needle next_key = { .name = "the next key" };
static struct needle served = { .name = "the bytes served" };

static unsigned long nlooks, nleaks, nmappings;
static const char *looked_at;		/* the run, for the message */
static size_t looked_boundary;

static void look(const char *where, const uint8_t *bytes, size_t len,
		 const struct needle *needle)
{
	long at = needle_find(needle, bytes, len);

	nlooks++;
	if (at >= 0 && nleaks++ < 20)
		printf("  %s: %s is in %s + %ld (boundary %zu)\n", looked_at,
		       needle->name, where, at, looked_boundary);
}

static bool overlaps(uintptr_t low, uintptr_t high, const void *at, size_t len)
{
	return (uintptr_t)at < high && (uintptr_t)at + len > low;
}

/* Every writable page that has content, but for what is ours to look with. */
static void look_at_mapping(uintptr_t low, uintptr_t high,
			    const uint8_t *state_page)
{
	size_t page_len = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char resident;
	uintptr_t at;
	char where[32];

	for (at = low; at < high; at += page_len) {
		if ((const uint8_t *)at == state_page ||
		    overlaps(at, at + page_len, buf, MAX_LEN) ||
		    mincore((void *)at, page_len, &resident) || !(resident & 1))
			continue;
		snprintf(where, sizeof(where), "mapping %#lx", low);
		look(where, (const uint8_t *)at, page_len, &old_key);
		look(where, (const uint8_t *)at, page_len, &next_key);
		look(where, (const uint8_t *)at, page_len, &served);
	}
	nmappings++;
}

/* Shared ones are the harness's: paths and records. */
static void look_at_mappings(const uint8_t *state_page)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	static char line[512];
	unsigned long low, high;
	char access[5];

	if (!maps)
		hard_error("no /proc/self/maps");
	while (fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx %4s", &low, &high, access) == 3 &&
		    access[0] == 'r' && access[1] == 'w' && access[3] == 'p' &&
		    !strstr(line, "[stack]") &&
		    !overlaps(low, high, registers, 1))
			look_at_mapping(low, high, state_page);
	fclose(maps);
}

/* ---- One run --------------------------------------------------------------------- */

static const struct fault *fault;

static void stop(void)
{
	fault->happen();
}

static uint8_t *key_of(const struct subject *subject)
{
	return subject->state() + offsetof(struct vgr_state, key);
}

static void look_at_run(const struct plan *plan, bool is_same_key)
{
	struct vgr_state *state = (struct vgr_state *)plan->subject->state();

	look("the registers", registers, 128, &old_key);
	look("the registers", registers, 128, &next_key);
	look("the registers", registers, 128, &served);
	look("the vector registers", registers + XSAVE_AT,
	     REGISTERS_LEN - XSAVE_AT, &served);
	if (!core_spills) {
		look("the vector registers", registers + XSAVE_AT,
		     REGISTERS_LEN - XSAVE_AT, &old_key);
		look("the vector registers", registers + XSAVE_AT,
		     REGISTERS_LEN - XSAVE_AT, &next_key);
		look("the stack", stack, STACK_LEN, &old_key);
		look("the stack", stack, STACK_LEN, &next_key);
		look("the stack", stack, STACK_LEN, &served);
	}
	look("the state", (uint8_t *)state, VGR_STATE_LEN, &served);
	look("the batch", (uint8_t *)state, offsetof(struct vgr_state, key),
	     &next_key);
	if (!is_same_key)
		look("the state", (uint8_t *)state, VGR_STATE_LEN, &old_key);
}

static void try_boundary(const struct plan *plan, bool look_everywhere)
{
	const struct subject *subject = plan->subject;
	uint8_t *state_page;
	bool is_same_key;

	run = (struct run){ .subject = subject };
	fault = plan->first;
	if (!subject->begin(plan->shape))
		hard_error("no state");
	needle_learn(&old_key, key_of(subject), VGR_KEY_LEN);
	memset(stack, 0, STACK_LEN);
	memset(registers, 0, REGISTERS_LEN);
	registers[XSAVE_AT + 24] = 0x80;	/* MXCSR's usual value */
	registers[XSAVE_AT + 25] = 0x1f;

	looked_boundary = plan->boundary;
	reach_arm(plan->path, plan->boundary, subject->entry(), stop);
	if (reach_must_step())
		skip("stepping would leave frames everywhere");
	inject_call(subject->entry(), buf, plan->shape->len, subject->state(),
		    registers, stack + STACK_LEN - 64);
	reach_disarm();

	needle_learn(&served, buf, plan->shape->len);
	needle_learn(&next_key, key_of(subject), VGR_KEY_LEN);
	memset(buf, 0, MAX_LEN);
	is_same_key = !memcmp(old_key.masked, next_key.masked, VGR_KEY_LEN);
	state_page = (uint8_t *)((uintptr_t)subject->state() &
				 -(uintptr_t)sysconf(_SC_PAGESIZE));
	look_at_run(plan, is_same_key);
	if (look_everywhere)
		look_at_mappings(state_page);
	subject->end();
}

static uint64_t random_of(uint64_t number)
{
	uint64_t word = seed + number * 0x9e3779b97f4a7c15;

	word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9;
	return word ^ word >> 27;
}

static void try_shape(struct plan *plan)
{
	unsigned long nruns = 0, leaks_before = nleaks;
	size_t i;

	for (i = 0; i < plan->path->len; i++) {
		plan->boundary = i;
		if (i && i + 1 < plan->path->len && !is_full &&
		    random_of(i) % (plan->path->len / 12 + 1))
			continue;
		try_boundary(plan, nruns % 8 == 0);
		nruns++;
	}
	printf("%-18s %-12s %-10s %6zu %6lu %6lu\n", plan->subject->name,
	       plan->shape->name, plan->first->name, plan->path->len, nruns,
	       nleaks - leaks_before);
	fflush(stdout);
}

static void *private_pages(size_t len)
{
	void *mapped = mmap(NULL, len, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mapped == MAP_FAILED)
		hard_error("no memory");
	return mapped;
}

static void *shared_pages(size_t len)
{
	void *mapped = mmap(NULL, len, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (mapped == MAP_FAILED)
		hard_error("no memory");
	return mapped;
}

static void set_up(void)
{
	struct vgetrandom_info info = { .size = sizeof(info) };
	stack_t other = { .ss_size = 256 * 1024 };

	vgetrandom_info(&info);
	core_spills = !strcmp(info.core, "portable");
	stack = private_pages(STACK_LEN);
	registers = shared_pages(REGISTERS_LEN);
	buf = private_pages(2 * MAX_LEN);
	other.ss_sp = shared_pages(other.ss_size);
	record_init_worker();
	record_reset();
	run_init();
	if (sigaltstack(&other, NULL))
		hard_error("sigaltstack");
}

int main(int argc, char **argv)
{
	static const struct subject *const subjects[] = {
		&subject_library, &subject_opaque, NULL,
	};
	static const char *const names[] = { "nothing", "drop", "reseed", NULL };
	const struct subject *const *subject;
	static struct path path;
	struct plan plan = { .path = &path };
	const char *shape = NULL;
	int i;

	for (i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--full"))
			is_full = true;
		else if (!strcmp(argv[i], "--shape") && i + 1 < argc)
			shape = argv[++i];
		else if (!strcmp(argv[i], "--seed") && i + 1 < argc)
			seed = strtoull(argv[++i], NULL, 0);
		else
			hard_error("unknown option %s", argv[i]);
	if (!seed)
		seed = (uint64_t)time(NULL) * 1000003 + (uint64_t)getpid();
	printf("--seed %llu\n", (unsigned long long)seed);
	if (check_tier() == 3)
		skip("requests are system calls: there are no keys");
	set_up();
	reach_init_path(&path);

	printf("%-18s %-12s %-10s %6s %6s %6s\n", "call", "request", "fault",
	       "path", "runs", "leaks");
	for (subject = subjects; *subject; subject++)
		for (plan.shape = shapes; plan.shape->name; plan.shape++) {
			plan.subject = *subject;
			if (plan.shape->len < NEEDLE_WINDOW ||
			    (shape && strcmp(plan.shape->name, shape)) ||
			    plan.shape->start == START_FIRST ||
			    plan.shape->start == START_BUSY ||
			    plan.shape->start == START_DEAD ||
			    !walk_record(&path, *subject, plan.shape))
				continue;
			looked_at = plan.shape->name;
			for (i = 0; names[i]; i++) {
				plan.first = fault_named(names[i]);
				try_shape(&plan);
			}
		}
	printf("%lu looks, %lu mappings, %lu leaks\n", nlooks, nmappings, nleaks);
	return nleaks || !nlooks;
}
