// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "lib/output.h"
#include "lib/replace.h"
#include "lib/report.h"

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
