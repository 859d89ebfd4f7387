/* SPDX-License-Identifier: MIT */
/*
 * Claim: a core dump taken outside a call holds neither the key, nor one that
 * was before it, nor any byte of the batch, by either kind of memory.  One taken
 * during a call may hold the key of that moment, but in its register notes
 * alone: shown here.
 *
 * To see it fail: copy the key to the stack in rekey() of generator.c; on locked
 * memory, leave out MADV_DONTDUMP.
 */
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "check-child.h"
#include "check-draw.h"
#include "check-mapping.h"
#include "check-tier.h"
#include "check.h"
#include "check-slot.h"
#include "generator.h"

#define PIECE	8			/* shorter ones occur by chance */

static char folder[] = "/tmp/vgetrandom-core-XXXXXX";
static const char marker[] = "this one ought to be in the core dump";

/* ---- Core dumps ----------------------------------------------------------- */

static void cores_come_here(void)
{
	char pattern[128] = "";
	FILE *file = fopen("/proc/sys/kernel/core_pattern", "r");

	if (!file || !fgets(pattern, sizeof(pattern), file))
		skip("no /proc/sys/kernel/core_pattern");
	fclose(file);
	if (strcmp(pattern, "core\n") && strcmp(pattern, "core"))
		skip("core dumps go elsewhere: core_pattern is %s", pattern);
	if (!mkdtemp(folder) || chdir(folder))
		hard_error("no folder for core dumps");
}

static void dumps_core(void)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
	int filter = open("/proc/self/coredump_filter", O_WRONLY);

	if (setrlimit(RLIMIT_CORE, &limit))
		skip("core dumps are limited");
	/* All there is: private, shared, huge pages, DAX. */
	if (filter >= 0 && write(filter, "0x1ff", 5) != 5)
		hard_error("coredump_filter");
	prctl(PR_SET_DUMPABLE, 1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* The file's name may carry the process' number. */
static uint8_t *read_core(pid_t pid, size_t *len)
{
	struct stat about;
	char name[32];
	uint8_t *core;
	int fd;

	snprintf(name, sizeof(name), "core.%d", pid);
	fd = open("core", O_RDONLY);
	if (fd < 0)
		fd = open(name, O_RDONLY);
	if (fd < 0 || fstat(fd, &about) || !about.st_size)
		skip("no core dump was written");
	*len = (size_t)about.st_size;
	core = mmap(NULL, *len, PROT_READ, MAP_PRIVATE, fd, 0);
	if (core == MAP_FAILED)
		hard_error("no memory for a core dump");
	close(fd);
	unlink("core");
	unlink(name);
	return core;
}

/* ---- Outside a call -------------------------------------------------------- */

/* The portable core is C: its registers are the compiler's to zero. */
static int leaves_nothing(void)
{
#if __has_attribute(zero_call_used_regs)
	return 1;
#else
	return strcmp(info_now().core, "portable");
#endif
}

#define NLOOKS 4

/* Sends its state straight from the page: no copy of it is in this process. */
static void show_state(int to)
{
	if (write(to, vgr_thread_slot->state, sizeof(struct vgr_state)) !=
	    sizeof(struct vgr_state))
		_exit(99);
}

static void draw_and_die(int to)
{
	uint8_t away[256];

	dumps_core();
	own_state();
	vgetrandom_reseed();
	draw(away, 0);
	show_state(to);			/* the kernel's key, not used yet */
	draw(away, sizeof(away));
	show_state(to);
	vgetrandom_u64();
	vgetrandom_uniform32(1000);
	draw_away(3000);
	show_state(to);
	draw(away, 100);
	show_state(to);			/* what there is when it dies */
	abort();
}

static int holds_any(const uint8_t *core, size_t core_len,
		     const uint8_t *secret, size_t len)
{
	size_t i;
	int n = 0;

	for (i = 0; i + PIECE <= len; i++) {
		if (check_longest_zero_run(secret + i, PIECE) > 2)
			continue;	/* served, and so zeroed */
		n += check_contains(core, core_len, secret + i, PIECE);
	}
	return n;
}

static void outside_a_call(void)
{
	struct vgr_state states[NLOOKS], *last = &states[NLOOKS - 1];
	int channel[2], status, npieces, i;
	size_t core_len;
	uint8_t *core;
	pid_t pid;

	if (pipe(channel))
		hard_error("pipe");
	fflush(NULL);
	pid = fork();
	if (!pid)
		draw_and_die(channel[1]);
	close(channel[1]);
	for (i = 0; i < NLOOKS; i++)
		if (read(channel[0], &states[i], sizeof(states[i])) !=
		    sizeof(states[i])) {
			pass_on(wait_for(pid));
			hard_error("no state came");
		}
	close(channel[0]);
	status = wait_for(pid);
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	core = read_core(pid, &core_len);

	check(check_contains(core, core_len, marker, sizeof(marker)));
	npieces = holds_any(core, core_len, last->batch, sizeof(last->batch));
	for (i = 0; i < NLOOKS; i++) {
		check(!is_zero(states[i].key, VGR_KEY_LEN));
		npieces += holds_any(core, core_len, states[i].key,
				     VGR_KEY_LEN);
	}
	printf("%zu bytes of core dump hold %d pieces of the state\n", core_len,
	       npieces);
	if (leaves_nothing())
		check_eq(npieces, 0);
	munmap(core, core_len);
}

static size_t end_of_notes(const uint8_t *core)
{
	const ElfW(Ehdr) *header = (const void *)core;
	const ElfW(Phdr) *segment = (const void *)(core + header->e_phoff);

	while (segment->p_type != PT_NOTE)
		segment++;
	return segment->p_offset + segment->p_filesz;
}

static int wait_for_stop(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		hard_error("waitpid");
	return status;
}

/* ---- During a call ----------------------------------------------------------- */

/*
 * Tells the key of the call to come, then stops for the tracer.  Inside already:
 * where the step into a slot is a pair of exclusive accesses, single steps would
 * part them for ever.
 */
static void draw_traced(int to)
{
	struct vgr_slot *slot;
	uint8_t away[8];

	dumps_core();
	if (ptrace(PTRACE_TRACEME, 0, 0, 0))
		_exit(77);
	own_state();
	slot_move_to(vgr_thread_slot, VGR_BATCH_LEN);
	if (write(to, vgr_thread_slot->state->key, VGR_KEY_LEN) != VGR_KEY_LEN)
		_exit(99);
	if (!vgr_thread_enter(VGR_FRAME(), &slot))
		_exit(99);
	raise(SIGSTOP);
	vgr_generator_fill(slot, VGR_BEHIND_DOOR, away, sizeof(away));
	_exit(0);
}

static int is_in_registers(pid_t pid, const uint8_t key[VGR_KEY_LEN])
{
	uint8_t registers[1024];
	struct iovec all = { registers, sizeof(registers) };

	if (ptrace(PTRACE_GETREGSET, pid, (void *)NT_PRFPREG, &all))
		hard_error("PTRACE_GETREGSET");
	return check_contains(registers, all.iov_len, key, 16) &&
	       check_contains(registers, all.iov_len, key + 16, 16);
}

/* Ends the call where its key is in registers; 0 if that never was. */
static int die_with_key(pid_t pid, const uint8_t key[VGR_KEY_LEN])
{
	int status = wait_for_stop(pid);

	while (WIFSTOPPED(status)) {
		if (is_in_registers(pid, key)) {
			ptrace(PTRACE_CONT, pid, 0, (void *)SIGABRT);
			wait_for(pid);
			return 1;
		}
		ptrace(PTRACE_SINGLESTEP, pid, 0, 0);
		status = wait_for_stop(pid);
	}
	pass_on(status);
	return 0;
}

static void during_a_call(void)
{
	uint8_t key[VGR_KEY_LEN], *core;
	size_t core_len, notes_end, i;
	int channel[2], nhalves = 0;
	pid_t pid;

	if (pipe(channel))
		hard_error("pipe");
	pid = fork();
	if (!pid)
		draw_traced(channel[1]);
	if (read(channel[0], key, sizeof(key)) != sizeof(key))
		hard_error("no key came");
	if (!die_with_key(pid, key)) {
		printf("during a call: no moment with a key in registers\n");
		return;
	}
	core = read_core(pid, &core_len);
	notes_end = end_of_notes(core);
	for (i = 0; i + 16 <= notes_end; i++)
		nhalves += !memcmp(core + i, key, 16) +
			   !memcmp(core + i, key + 16, 16);
	printf("during a call: halves of the key stand %d times in the notes\n",
	       nhalves);
	check(nhalves >= 2);
	if (leaves_nothing())
		check_eq(holds_any(core + notes_end, core_len - notes_end, key,
				   sizeof(key)), 0);
	munmap(core, core_len);
}

static void remove_folder(void)
{
	if (chdir("/") || rmdir(folder))
		perror(folder);
}

static void dump_cores(void)
{
	printf("with %s\n", getenv("VGETRANDOM_MEMORY"));
	outside_a_call();
	during_a_call();
}

int main(int argc, char **argv)
{
	int status;

	(void)argc;
	if (!getenv("VGETRANDOM_MEMORY"))
		restart_with(argv, "VGETRANDOM_MEMORY", "droppable");
	if (check_tier() != 3) {
		cores_come_here();
		status = child_status(dump_cores);
		remove_folder();
		pass_on(status);
	}
	restart_with(argv, "VGETRANDOM_MEMORY", "locked");
	if (info_now().memory == VGETRANDOM_MEMORY_NONE)
		skip("no memory for keys");
	return 0;
}
