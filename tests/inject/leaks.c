/* SPDX-License-Identifier: MIT */
/*
 * Claim: after a request returned, wherever it was interrupted or lost its
 * page, its bytes are in the caller's buffer only, the key before them nowhere
 * and the next one in the state alone: not on the stack, in no register, in no
 * writable mapping.
 *
 * To see it fail: let vgr_copy_and_zero keep what it copied.
 *
 *   leaks [--full] [--shape NAME] [--seed N] [--seconds N]
 *         [--road door|section]
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
#include <sys/wait.h>
#include <unistd.h>

#include "box.h"
#include "check-tier.h"
#include "check.h"
#include "needle.h"
#include "reach.h"
#include "record.h"
#include "road.h"
#include "run.h"
#include "sample.h"
#include "state.h"
#include "vgetrandom.h"
#include "walk.h"

#define STACK_LEN	(64 * 1024)
#define HANDLER_STACK_LEN (256 * 1024)
#define XSAVE_AT	256		/* in the registers' area */
#define REGISTERS_LEN	(16 * 1024)

static uint8_t *stack, *handler_stack, *registers, *buf;
static bool is_full, core_spills;
static unsigned int seconds;
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
	"push %rbx\n\tpush %rbp\n\t"
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
	"pop %rbp\n\tpop %rbx\n\t"
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

static void look_for_all(const char *where, const uint8_t *bytes, size_t len)
{
	look(where, bytes, len, &old_key);
	look(where, bytes, len, &next_key);
	look(where, bytes, len, &served);
}

/*
 * Every writable page that has content, but for what is ours to look with, and
 * for the state.  Beside that are others, one left behind perhaps.
 */
static void look_at_mapping(uintptr_t low, uintptr_t high, const uint8_t *state)
{
	size_t page_len = (size_t)sysconf(_SC_PAGESIZE), before;
	unsigned char resident;
	uintptr_t at;
	char where[32];

	snprintf(where, sizeof(where), "mapping %#lx", low);
	for (at = low; at < high; at += page_len) {
		if (overlaps(at, at + page_len, buf, MAX_LEN) ||
		    mincore((void *)at, page_len, &resident) || !(resident & 1))
			continue;
		before = page_len;
		if (overlaps(at, at + page_len, state, 1)) {
			before = (uintptr_t)state - at;
			look_for_all("a state beside it", state + VGR_STATE_LEN,
				     page_len - before - VGR_STATE_LEN);
		}
		look_for_all(where, (const uint8_t *)at, before);
	}
	nmappings++;
}

/* Shared ones are the harness's: paths and records. */
static void look_at_mappings(const uint8_t *state)
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
		    !overlaps(low, high, registers, 1) &&
		    !overlaps(low, high, handler_stack, 1))
			look_at_mapping(low, high, state);
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

/* The child of a fork has looked, too. */
static void wait_for_child(bool has_leak)
{
	int status;

	if (run.process)
		_exit(has_leak);
	while (run.nchildren) {
		if (waitpid(run.children[--run.nchildren], &status, 0) < 0)
			hard_error("waitpid");
		nleaks += !!status;
	}
}

static void try_boundary(const struct plan *plan, bool look_everywhere)
{
	const struct subject *subject = plan->subject;
	unsigned long leaks_before = nleaks;
	bool is_same_key;

	run = (struct run){ .subject = subject, .handler_len = 32 };
	record_reset();
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

	if (subject == &subject_u64) {		/* where it may be: in rax */
		memcpy(buf, registers, sizeof(uint64_t));
		memset(registers, 0, sizeof(uint64_t));
	}
	/* What a handler's swapcontext saved, as the frame of its signal. */
	run.interrupted = run.away = (ucontext_t){ 0 };
	needle_learn(&served, buf, plan->shape->len);
	needle_learn(&next_key, key_of(subject), VGR_KEY_LEN);
	memset(buf, 0, MAX_LEN);
	is_same_key = !memcmp(old_key.masked, next_key.masked, VGR_KEY_LEN);
	look_at_run(plan, is_same_key);
	if (look_everywhere)
		look_at_mappings(subject->state());
	wait_for_child(nleaks != leaks_before);
	if (run.is_quiesced)
		vgetrandom_reseed();
	subject->end();
}

static void try_shape(struct plan *plan)
{
	unsigned long nruns = 0, leaks_before = nleaks;
	size_t n, i, len = plan->path->len;

	box_next();
	for (n = 0; n < len && !(seconds && box_is_over()); n++) {
		i = seconds ? sample_leap(seed, n, len) : n;
		plan->boundary = i;
		if (i && i + 1 < len && !is_full &&
		    sample_hash(seed, i, 0) % (len / 4 + 1))
			continue;
		try_boundary(plan, nruns % 8 == 0);
		nruns++;
	}
	printf("%-18s %-12s %-10s %6zu %6lu %6lu\n", plan->subject->name,
	       plan->shape->name, plan->first->name, plan->path->len, nruns,
	       nleaks - leaks_before);
	fflush(stdout);
}

static void *pages(size_t len, int flags)
{
	void *mapped = mmap(NULL, len, PROT_READ | PROT_WRITE,
			    flags | MAP_ANONYMOUS, -1, 0);

	if (mapped == MAP_FAILED)
		hard_error("no memory");
	return mapped;
}

static void set_up(void)
{
	struct vgetrandom_info info = { .size = sizeof(info) };
	stack_t other = { .ss_size = HANDLER_STACK_LEN };

	vgetrandom_info(&info);
	core_spills = !strcmp(info.core, "portable");
	stack = pages(STACK_LEN, MAP_PRIVATE);
	registers = pages(REGISTERS_LEN, MAP_SHARED);
	buf = pages(2 * MAX_LEN, MAP_PRIVATE);
	other.ss_sp = handler_stack = pages(HANDLER_STACK_LEN, MAP_PRIVATE);
	record_init_worker();
	record_reset();
	run_init();
	if (sigaltstack(&other, NULL))
		hard_error("sigaltstack");
}

static const struct subject *const subjects[] = {
	&subject_library, &subject_u64, &subject_buf, &subject_opaque, NULL,
};

/* A thread that ends, or a call that is left, serves nothing. */
static const char *const names[] = {
	"nothing", "drop", "draw", "draw10", "fork", "reseed", "quiesce",
	"kreseed", "swap", "swapnew", NULL,
};

static const char *only_shape, *road = "door";

static bool is_wanted(const struct shape *shape)
{
	return shape->len >= NEEDLE_WINDOW && shape->start <= START_STALE &&
	       (!only_shape || !strcmp(shape->name, only_shape));
}

static unsigned long count_cells(void)
{
	const struct subject *const *subject;
	const struct shape *shape;
	unsigned long ncells = 0;

	for (subject = subjects; *subject; subject++)
		for (shape = shapes; shape->name; shape++)
			if (is_wanted(shape) && (*subject)->has_shape(shape))
				ncells += sizeof(names) / sizeof(names[0]) - 1;
	return ncells;
}

static void read_options(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--full"))
			is_full = true;
		else if (!strcmp(argv[i], "--shape") && i + 1 < argc)
			only_shape = argv[++i];
		else if (!strcmp(argv[i], "--road") && i + 1 < argc)
			road = argv[++i];
		else if (!strcmp(argv[i], "--seed") && i + 1 < argc)
			seed = strtoull(argv[++i], NULL, 0);
		else if (!strcmp(argv[i], "--seconds") && i + 1 < argc)
			seconds = (unsigned int)atoi(argv[++i]);
		else
			hard_error("unknown option %s", argv[i]);
	seed = sample_seed(seed);
}

int main(int argc, char **argv)
{
	const struct subject *const *subject;
	static struct path path;
	struct plan plan = { .path = &path };
	int i;

	read_options(argc, argv);
	if (check_tier() == 3)
		skip("requests are system calls: there are no keys");
	road_choose(road);
	set_up();
	reach_init_path(&path);
	box_begin(seconds, count_cells());

	printf("%-18s %-12s %-10s %6s %6s %6s\n", "call", "request", "fault",
	       "path", "runs", "leaks");
	for (subject = subjects; *subject; subject++)
		for (plan.shape = shapes; plan.shape->name; plan.shape++) {
			plan.subject = *subject;
			if (!is_wanted(plan.shape) ||
			    !(*subject)->has_shape(plan.shape) ||
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
