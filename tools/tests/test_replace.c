// SPDX-License-Identifier: GPL-2.0
/* A file is replaced completely or not at all, and no temporary file remains. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/output.h"
#include "tap.h"

static char folder[] = "/tmp/grex-replace-XXXXXX";

static unsigned int files(void)
{
	unsigned int count = 0;
	struct dirent *entry;
	DIR *dir = opendir(folder);

	if (!dir)
		abort();
	while ((entry = readdir(dir)))
		count += entry->d_name[0] != '.' || strlen(entry->d_name) > 2;
	closedir(dir);
	return count;
}

static bool holds(const char *path, const char *expected)
{
	char text[64] = "";
	FILE *file = fopen(path, "r");
	size_t length;

	if (!file)
		return false;
	length = fread(text, 1, sizeof(text) - 1, file);
	text[length] = '\0';
	fclose(file);
	return !strcmp(text, expected);
}

static int replace(const char *path, const char *text)
{
	struct replacement r;
	int err = replace_begin(&r, path);

	if (err)
		return err;
	fputs(text, r.out);
	return replace_end(&r);
}

int main(void)
{
	struct replacement r;
	char path[64], link[64];
	const char *name;
	struct stat there;

	if (!mkdtemp(folder))
		abort();
	snprintf(path, sizeof(path), "%s/a.prom", folder);
	snprintf(link, sizeof(link), "%s/link", folder);

	umask(027);
	check(!replace(path, "old\n") && holds(path, "old\n"), "a new file");
	check(!stat(path, &there) && (there.st_mode & 0777) == 0640,
	      "the mask is kept");
	check(!replace(path, "new\n") && holds(path, "new\n"), "another one");
	check(files() == 1, "nothing is left beside it");

	check(!replace_begin(&r, path), "begun");
	fputs("half", r.out);
	fflush(r.out);
	check(holds(path, "new\n"), "until it is whole, the old one is there");
	name = strrchr(r.beside, '/');
	check(name && name[1] == '.' && strcmp(strrchr(name, '.'), ".prom"),
	      "nobody takes the half for a whole: %s", r.beside);
	check(!replace_end(&r) && holds(path, "half"), "then the new one");

	/* The disk is full. */
	check(!replace_begin(&r, path), "begun");
	fclose(r.out);
	r.out = fopen("/dev/full", "w");
	if (!r.out)
		abort();
	fputs("lost", r.out);
	check(replace_end(&r) == -ENOSPC, "a full disk");
	check(holds(path, "half") && files() == 1,
	      "the old one is there, and nothing beside it");

	if (symlink(path, link))
		abort();
	check(replace(link, "x") == -EEXIST, "a link is not replaced");
	check(replace("/dev/null", "x") == -EEXIST, "nor a device");
	check(replace(folder, "x") == -EEXIST, "nor a folder");
	check(replace("/nowhere/a", "x") == -ENOENT, "no folder");

	unlink(link);
	unlink(path);
	rmdir(folder);
	return finish();
}
