// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proc.h"

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

int proc_rp_filter(const char *device)
{
	int own = proc_conf("ipv4", device, "rp_filter");
	int all = proc_conf("ipv4", "all", "rp_filter");

	return own > all ? own : all;
}

/* Two lines of a group: its names, then as many values. */
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
