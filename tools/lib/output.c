// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/output.h"
#include "lib/report.h"

static int give_up(struct replacement *r, int err)
{
	unlink(r->beside);
	return -err;
}

/* The temporary file is hidden, and its name has another suffix, because collectors read all
 * files that match *.prom.
 */
static bool name_beside(struct replacement *r, const char *path)
{
	const char *name = strrchr(path, '/');
	int length;

	name = name ? name + 1 : path;
	length = snprintf(r->beside, sizeof(r->beside), "%.*s.%s.XXXXXX",
			  (int)(name - path), path, name);
	return length > 0 && (size_t)length < sizeof(r->beside);
}

static mode_t mode_of_new(void)
{
	const mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

int replace_begin(struct replacement *r, const char *path)
{
	mode_t mode = mode_of_new();
	struct stat there;
	int fd;

	r->path = path;
	if (!lstat(path, &there)) {
		/* A device or a pipe would be gone. */
		if (!S_ISREG(there.st_mode))
			return -EEXIST;
		mode = there.st_mode & 07777;
	}
	if (!name_beside(r, path))
		return -ENAMETOOLONG;
	fd = mkstemp(r->beside);
	if (fd < 0)
		return -errno;
	r->out = fchmod(fd, mode) < 0 ? NULL : fdopen(fd, "w");
	if (!r->out) {
		int err = errno;

		close(fd);
		return give_up(r, err);
	}
	return 0;
}

int replace_end(struct replacement *r)
{
	/* An error of any write before shows here. */
	const bool failed = fflush(r->out) || ferror(r->out) ||
			    fsync(fileno(r->out));
	const int err = errno;

	if (fclose(r->out) || failed)
		return give_up(r, failed ? err : errno);
	if (rename(r->beside, r->path) < 0)
		return give_up(r, errno);
	return 0;
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
