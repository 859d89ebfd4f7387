/* SPDX-License-Identifier: MIT */
/*
 * init.c - /init of a guest: runs the programs that /plan lists, one after
 * another, and says on the console how each of them ended.
 *
 * A line of /plan:  LABEL LIMIT [VARIABLE=VALUE]... PROGRAM [ARGUMENT]...
 * with LIMIT in seconds.  "*" as LABEL: it is only run (a module, a mount).
 *
 * What the host looks for begins with "@@":
 *	@@ up RELEASE
 *	@@ begin LABEL
 *	@@ end LABEL STATUS SECONDS	(128 + signal; 124: time was up)
 *	@@ done
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_WORDS	64

static void mount_on(const char *what, const char *where)
{
	mkdir(where, 0755);
	mount(what, where, what, 0, NULL);
}

/* With groups whose memory can be taken from them. */
static void mount_cgroups(void)
{
	int control;

	mount_on("cgroup2", "/sys/fs/cgroup");
	control = open("/sys/fs/cgroup/cgroup.subtree_control", O_WRONLY);
	if (control < 0 || write(control, "+memory", 7) != 7)
		perror("memory cgroups");
	close(control);
}

/*
 * What kernels allow since 5.16, and login programs before: of 64 KiB the library
 * takes an eighth, which is eight states.  memory-lock-limit sets its own.
 */
static void allow_locked_memory(void)
{
	const struct rlimit limit = { 8 << 20, 8 << 20 };

	if (setrlimit(RLIMIT_MEMLOCK, &limit))
		perror("RLIMIT_MEMLOCK");
}

static void make_home(void)
{
	int console;

	mount_on("devtmpfs", "/dev");
	mount_on("proc", "/proc");
	mount_on("sysfs", "/sys");
	mount_on("tmpfs", "/tmp");
	mount_on("tmpfs", "/dev/shm");
	chmod("/tmp", 01777);
	chmod("/dev/shm", 01777);

	console = open("/dev/console", O_RDWR);
	if (console >= 0) {
		dup2(console, 0);
		dup2(console, 1);
		dup2(console, 2);
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	mount_cgroups();
	allow_locked_memory();
	setenv("PATH", "/bin", 1);
	setenv("HOME", "/tmp", 1);
	setenv("TMPDIR", "/tmp", 1);
	setenv("VGR_TEST_EMULATED", "1", 1);	/* what takes minutes: less of it */
	if (chdir("/tmp"))
		perror("/tmp");
}

/* All of /modules; what a kernel does not want is not there. */
static void load_modules(void)
{
	glob_t found;
	size_t i;
	int file;

	if (glob("/modules/*.ko", 0, NULL, &found))
		return;
	for (i = 0; i < found.gl_pathc; i++) {
		file = open(found.gl_pathv[i], O_RDONLY);
		if (syscall(SYS_finit_module, file, "", 0))
			perror(found.gl_pathv[i]);
		close(file);
	}
	globfree(&found);
}

static void start_loopback(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int any = socket(AF_INET, SOCK_DGRAM, 0);

	ioctl(any, SIOCSIFFLAGS, &request);
	close(any);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void run(char **words)
{
	int input = open("/dev/null", O_RDONLY);

	setsid();
	dup2(input, 0);
	for (; strchr(*words, '='); words++)
		putenv(*words);
	execvp(*words, words);
	printf("%s: %s\n", *words, strerror(errno));
	fflush(stdout);
	_exit(127);
}

/* Its exit status as a shell gives it; 124 if it took too long. */
static int run_for(char **words, double limit)
{
	double deadline = now() + limit;
	int status = 0, is_late = 0;
	pid_t child = fork(), seen;

	if (!child)
		run(words);
	do {
		seen = waitpid(-1, &status, WNOHANG);
		if (seen)
			continue;
		usleep(2000);
		if (!is_late && now() > deadline) {
			is_late = 1;
			kill(-1, SIGKILL);
		}
	} while (seen != child && !(seen < 0 && errno == ECHILD));

	/* Whatever it left behind must not disturb the next. */
	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	if (is_late)
		return 124;
	return WIFEXITED(status) ? WEXITSTATUS(status) :
				   128 + WTERMSIG(status);
}

static void do_line(char *line)
{
	char *words[MAX_WORDS + 1], *rest = NULL;
	int n = 0, status;
	double start;

	for (line = strtok_r(line, " \t\n", &rest); line && n < MAX_WORDS;
	     line = strtok_r(NULL, " \t\n", &rest))
		words[n++] = line;
	words[n] = NULL;
	if (n < 3)
		return;

	if (!strcmp(words[0], "*")) {
		run_for(words + 2, atof(words[1]));
		return;
	}
	printf("@@ begin %s\n", words[0]);
	start = now();
	status = run_for(words + 2, atof(words[1]));
	printf("\n@@ end %s %d %.1f\n", words[0], status, now() - start);
}

int main(void)
{
	struct utsname self;
	char line[1024];
	FILE *plan;

	if (getpid() != 1) {
		fprintf(stderr, "init: this is for a guest's first process\n");
		return 99;
	}
	make_home();
	load_modules();
	start_loopback();
	uname(&self);
	printf("\n@@ up %s\n", self.release);

	plan = fopen("/plan", "re");
	while (plan && fgets(line, sizeof(line), plan))
		do_line(line);
	printf("@@ done\n");
	fflush(stdout);
	sync();
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}
