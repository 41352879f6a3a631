// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "lib/output.h"
#include "lib/replace.h"
#include "lib/report.h"

int output_path(int argc, char **argv, const char **path)
{
	*path = NULL;
	if (!argc)
		return STATUS_OK;
	if (argv[0][0] == '-' && argv[0][1])
		return usage("\"%s\" is not an option, expected only FILE",
			     argv[0]);
	if (argc > 1)
		return usage("\"%s\" is too much, expected only FILE", argv[1]);
	if (strcmp(argv[0], "-") != 0)
		*path = argv[0];
	return STATUS_OK;
}

int output_file(const char *path, output_fn print, const void *what)
{
	struct replacement file;
	int err;

	if (!path) {
		print(stdout, what);
		return STATUS_OK;
	}
	err = replace_begin(&file, path);
	if (!err) {
		print(file.out, what);
		err = replace_end(&file);
	}
	if (err == -EEXIST)
		return refused("%s: is not a regular file", path);
	if (err)
		return refused("%s: %s", path, strerror(-err));
	return STATUS_OK;
}
