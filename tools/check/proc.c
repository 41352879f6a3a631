// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/proc.h"

static int read_number(const char *path)
{
	FILE *file = fopen(path, "re");
	int value = -1;

	if (!file)
		return -1;
	if (fscanf(file, "%d", &value) != 1)
		value = -1;
	fclose(file);
	return value;
}

int proc_conf(const char *family, const char *device, const char *name)
{
	char path[160];

	snprintf(path, sizeof(path), "/proc/sys/net/%s/conf/%s/%s", family,
		 device, name);
	return read_number(path);
}

int proc_ipv4(const char *name)
{
	char path[160];

	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/%s", name);
	return read_number(path);
}

static int higher_conf(const char *device, const char *name)
{
	int own = proc_conf("ipv4", device, name);
	int all = proc_conf("ipv4", "all", name);

	return own > all ? own : all;
}

int proc_rp_filter(const char *device)
{
	return higher_conf(device, "rp_filter");
}

int proc_accept_local(const char *device)
{
	return higher_conf(device, "accept_local");
}

/* The first line has names, the others have the values of each processor. */
uint64_t proc_martian_sources(void)
{
	FILE *file = fopen("/proc/net/stat/rt_cache", "re");
	unsigned int column = 0, i;
	uint64_t sum = 0;
	char line[512], *word, *rest;

	if (!file)
		return 0;
	if (fgets(line, sizeof(line), file))
		for (word = strtok_r(line, "\n ", &rest);
		     word && strcmp(word, "in_martian_src") != 0;
		     word = strtok_r(NULL, "\n ", &rest))
			column++;
	while (fgets(line, sizeof(line), file)) {
		word = strtok_r(line, "\n ", &rest);
		for (i = 0; word && i < column; i++)
			word = strtok_r(NULL, "\n ", &rest);
		sum += word ? strtoull(word, NULL, 16) : 0;
	}
	fclose(file);
	return sum;
}

/* A group has a line of names and a line of as many values. */
static uint64_t value_of(char *names, char *values, const char *name)
{
	char *rest_of_names, *rest_of_values;
	char *n = strtok_r(names, "\n ", &rest_of_names);
	char *v = strtok_r(values, "\n ", &rest_of_values);

	while (n && v && strcmp(n, name) != 0) {
		n = strtok_r(NULL, "\n ", &rest_of_names);
		v = strtok_r(NULL, "\n ", &rest_of_values);
	}
	return n && v ? strtoull(v, NULL, 10) : 0;
}

uint64_t proc_counter(const char *path, const char *group, const char *name)
{
	char *names = NULL, *values = NULL;
	size_t size = 0, room = 0;
	uint64_t value = 0;
	FILE *file;

	file = fopen(path, "re");
	if (!file)
		return 0;
	while (getline(&names, &size, file) > 0 &&
	       getline(&values, &room, file) > 0) {
		if (strncmp(names, group, strlen(group)) != 0 ||
		    names[strlen(group)] != ':')
			continue;
		value = value_of(names, values, name);
		break;
	}
	free(names);
	free(values);
	fclose(file);
	return value;
}
