/* SPDX-License-Identifier: MIT */
/*
 * machine.c - see machine.h.  What a machine does not tell stays "unknown".
 */
#include "machine.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

/* The first line of a file, without its end; "unknown" if there is none. */
static void read_line(const char *path, char *line, size_t len)
{
	FILE *file = fopen(path, "re");

	if (!file || !fgets(line, (int)len, file))
		snprintf(line, len, "unknown");
	line[strcspn(line, "\n")] = 0;
	if (file)
		fclose(file);
}

/* The value of the first line of /proc/cpuinfo that begins with the key. */
static int cpuinfo(const char *key, char *value, size_t len)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char line[2048], *colon;
	int found = 0;

	while (file && !found && fgets(line, sizeof(line), file)) {
		colon = strchr(line, ':');
		if (!colon || strncmp(line, key, strlen(key)))
			continue;
		line[strcspn(line, "\n")] = 0;
		snprintf(value, len, "%s", colon + 1 + strspn(colon + 1, " "));
		found = 1;
	}
	if (file)
		fclose(file);
	return found;
}

static void find_cpu(char *cpu, size_t len)
{
	static const char *const keys[] = {
		"model name", "cpu model", "Model", "uarch", "cpu\t",
		"processor 0", "CPU part"
	};
	char name[80], family[16], model[16];
	size_t i;

	snprintf(name, sizeof(name), "unknown");
	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (cpuinfo(keys[i], name, sizeof(name)))
			break;
	if (cpuinfo("cpu family", family, sizeof(family)) &&
	    cpuinfo("model\t", model, sizeof(model)))
		snprintf(cpu, len, "%s (family %s, model %s)", name, family,
			 model);
	else
		snprintf(cpu, len, "%s", name);
}

/* "0-3,8" is five CPUs. */
static int count_cpus(const char *list)
{
	int first, last, used, n = 0;

	while (sscanf(list, "%d%n", &first, &used) == 1) {
		list += used;
		last = first;
		if (sscanf(list, "-%d%n", &last, &used) == 1)
			list += used;
		n += last - first + 1;
		if (*list++ != ',')
			break;
	}
	return n;
}

static void find_caches(struct bench_machine *machine)
{
	static const char base[] = "/sys/devices/system/cpu/cpu0/cache/index";
	char path[128], text[64];
	struct bench_cache *cache;
	int i;

	for (i = 0; i < BENCH_MAX_CACHES; i++) {
		cache = &machine->caches[machine->ncaches];
		snprintf(path, sizeof(path), "%s%d/size", base, i);
		read_line(path, text, sizeof(text));
		if (!strcmp(text, "unknown"))
			return;
		cache->len = atol(text) << (strchr(text, 'M') ? 20 : 10);
		snprintf(path, sizeof(path), "%s%d/level", base, i);
		read_line(path, text, sizeof(text));
		cache->level = atoi(text);
		snprintf(path, sizeof(path), "%s%d/type", base, i);
		read_line(path, cache->type, sizeof(cache->type));
		snprintf(path, sizeof(path), "%s%d/shared_cpu_list", base, i);
		read_line(path, text, sizeof(text));
		cache->num_sharing = count_cpus(text);
		machine->ncaches++;
	}
}

static void find_libc(char *libc, size_t len)
{
	const char *(*version)(void);
	void *found = dlsym(RTLD_DEFAULT, "gnu_get_libc_version");

	memcpy(&version, &found, sizeof(version));
	if (found)
		snprintf(libc, len, "glibc %s", version());
	else
		snprintf(libc, len, "not glibc");
}

/* user nice system idle iowait irq softirq steal, in ticks since boot */
static void count_ticks(unsigned long long *stolen, unsigned long long *total)
{
	unsigned long long t[8] = { 0 };
	char line[256];
	int i;

	read_line("/proc/stat", line, sizeof(line));
	sscanf(line, "cpu %llu %llu %llu %llu %llu %llu %llu %llu",
	       &t[0], &t[1], &t[2], &t[3], &t[4], &t[5], &t[6], &t[7]);
	for (*total = 0, i = 0; i < 8; i++)
		*total += t[i];
	*stolen = t[7];
}

void bench_machine_look(struct bench_machine *machine)
{
	struct utsname names;
	time_t now = time(NULL);

	memset(machine, 0, sizeof(*machine));
	find_cpu(machine->cpu, sizeof(machine->cpu));
	find_caches(machine);
	find_libc(machine->libc, sizeof(machine->libc));
	read_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor",
		  machine->governor, sizeof(machine->governor));
	uname(&names);
	snprintf(machine->kernel, sizeof(machine->kernel), "Linux %.60s %.40s",
		 names.release, names.machine);
	strftime(machine->date, sizeof(machine->date),
		 "%Y-%m-%dT%H:%M:%S+00:00", gmtime(&now));
	machine->ncpus = (unsigned int)sysconf(_SC_NPROCESSORS_ONLN);
	if (getloadavg(machine->load, 3) != 3)
		memset(machine->load, 0, sizeof(machine->load));
	count_ticks(&machine->stolen, &machine->total);
}

void bench_machine_look_again(struct bench_machine *machine)
{
	count_ticks(&machine->stolen_at_end, &machine->total_at_end);
}

size_t bench_machine_largest_cache(void)
{
	struct bench_machine machine = { .ncaches = 0 };
	long largest = 0;
	int i;

	find_caches(&machine);
	for (i = 0; i < machine.ncaches; i++)
		if (machine.caches[i].len > largest)
			largest = machine.caches[i].len;
	return (size_t)largest;
}

double bench_machine_stolen(const struct bench_machine *machine)
{
	double total = (double)(machine->total_at_end - machine->total);

	return total > 0 ?
	       (double)(machine->stolen_at_end - machine->stolen) / total : 0;
}
