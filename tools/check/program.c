// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check/program.h"

/* nft prints a hundred thousand rules in less time. */
#define PROGRAM_SECONDS 30

const char *program_find(const char *name)
{
	static const char *const folders[] = {
		"/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin",
	};
	static char path[256];
	size_t i;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folders[i], name);
		if (!access(path, X_OK))
			return path;
	}
	return NULL;
}

static void __attribute__((noreturn))
become(const char *path, const char *const argv[], int output, int complaints)
{
	const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

	dup2(nothing, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(complaints, STDERR_FILENO);
	/* The messages must not be translated. */
	setenv("LC_ALL", "C", 1);
	/* The alarm survives exec and ends a program that takes too long. */
	alarm(PROGRAM_SECONDS);
	execv(path, (char *const *)argv);
	dprintf(STDERR_FILENO, "%s", strerror(errno));
	_exit(127);
}

/* The contents of a file, with a NUL at the end. */
static char *read_all(int fd)
{
	struct stat stat;
	size_t used = 0;
	char *text;
	ssize_t got;

	if (fstat(fd, &stat))
		return NULL;
	text = malloc((size_t)stat.st_size + 1);
	if (!text)
		return NULL;
	while (used < (size_t)stat.st_size) {
		got = pread(fd, text + used, (size_t)stat.st_size - used,
			    (off_t)used);
		if (got <= 0)
			break;
		used += (size_t)got;
	}
	text[used] = '\0';
	return text;
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* With files in memory, unlike pipes, the program never waits for a reader. */
static int run(const char *path, const char *const argv[], int output,
	       int complaints)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid)
		become(path, argv, output, complaints);
	return wait_for(pid);
}

int program_run(const char *path, const char *const argv[], char **output,
		char *complaint, size_t size)
{
	int out = memfd_create("output", MFD_CLOEXEC);
	int err = memfd_create("complaints", MFD_CLOEXEC);
	int status = -errno;
	ssize_t got;

	*output = NULL;
	complaint[0] = '\0';
	if (out >= 0 && err >= 0) {
		status = run(path, argv, out, err);
		*output = read_all(out);
		got = pread(err, complaint, size - 1, 0);
		complaint[got > 0 ? got : 0] = '\0';
		complaint[strcspn(complaint, "\n")] = '\0';
		if (!status && !*output)
			status = -ENOMEM;
	}
	if (out >= 0)
		close(out);
	if (err >= 0)
		close(err);
	return status;
}
