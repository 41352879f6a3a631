// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/report.h"
#include "migrate/sysctls.h"

#define VALUE_SIZE 4096

static const char *const trees[] = { "ipv4/conf", "ipv4/neigh", "ipv6/conf",
				     "ipv6/neigh", "mpls/conf" };
#define TREES (sizeof(trees) / sizeof(trees[0]))

static void make_path(char path[PATH_MAX], const char *tree, const char *name,
		      const char *file)
{
	snprintf(path, PATH_MAX, "/proc/sys/net/%s/%s%s%s", tree, name,
		 file ? "/" : "", file ? file : "");
}

static bool read_value(const char *path, char value[VALUE_SIZE])
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return false;
	length = read(fd, value, VALUE_SIZE - 1);
	close(fd);
	if (length < 0)
		return false;
	value[length] = '\0';
	return true;
}

static int write_value(const char *path, const char *value)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return -errno;
	length = write(fd, value, strlen(value));
	close(fd);
	return length < 0 ? -errno : 0;
}

/* Whether the value can be changed, and is not that of the other interface. */
static bool differs(const char *tree, const char *file, const char *name,
		    const char *other, char value[VALUE_SIZE])
{
	char path[PATH_MAX], other_value[VALUE_SIZE];
	struct stat about;

	make_path(path, tree, name, file);
	if (stat(path, &about) || !S_ISREG(about.st_mode) ||
	    !(about.st_mode & 0222) || !read_value(path, value))
		return false;
	make_path(path, tree, other, file);
	return !read_value(path, other_value) ||
	       strcmp(value, other_value) != 0;
}

typedef int (*sysctl_fn)(const char *tree, const char *file, const char *value,
			 void *arg);

/* Call fn for each value in which the interfaces differ. */
static int each(const char *tree, const char *name, const char *other,
		sysctl_fn fn, void *arg)
{
	char path[PATH_MAX], value[VALUE_SIZE];
	const struct dirent *entry;
	int status = STATUS_OK;
	DIR *directory;

	make_path(path, tree, name, NULL);
	directory = opendir(path);
	/* A kernel without IPv6 or MPLS has none. */
	if (!directory)
		return STATUS_OK;
	while (!status && (entry = readdir(directory)))
		if (differs(tree, entry->d_name, name, other, value))
			status = fn(tree, entry->d_name, value, arg);
	closedir(directory);
	return status;
}

static int copy_value(const char *tree, const char *file, const char *value,
		      void *arg)
{
	const char *to = arg;
	char path[PATH_MAX];
	int err;

	make_path(path, tree, to, file);
	err = write_value(path, value);
	return err ? refused("%s: %s", path, strerror(-err)) : STATUS_OK;
}

int sysctls_copy(const char *from, const char *to)
{
	int status = STATUS_OK;
	size_t i;

	for (i = 0; i < TREES && !status; i++)
		status = each(trees[i], from, to, copy_value, (void *)to);
	return status;
}

static int print_value(const char *tree, const char *file, const char *value,
		       void *arg)
{
	fprintf(arg, "    sysctl %s %s = %.*s\n", tree, file,
		(int)strcspn(value, "\n"), value);
	return STATUS_OK;
}

void sysctls_print(FILE *out, const char *name)
{
	size_t i;

	for (i = 0; i < TREES; i++)
		each(trees[i], name, "default", print_value, out);
}
