// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kmod.h"
#include "report.h"

#define MODULE "grex"

static bool is_loaded(const char *path)
{
	return !access(path, F_OK);
}

bool kmod_is_missing(void)
{
	return !is_loaded("/sys/module/" MODULE);
}

static void __attribute__((noreturn)) run_modprobe(int output)
{
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	/* Its words are repeated to the user next to ours. */
	setenv("LC_ALL", "C", 1);
	execl("/sbin/modprobe", "modprobe", MODULE, (char *)NULL);
	execl("/usr/sbin/modprobe", "modprobe", MODULE, (char *)NULL);
	execlp("modprobe", "modprobe", MODULE, (char *)NULL);
	dprintf(STDERR_FILENO, "cannot run modprobe: %s", strerror(errno));
	_exit(127);
}

/* All that modprobe says, on one line. */
static void read_output(int fd, char *text, size_t size)
{
	size_t used = 0;
	char rest[256];
	ssize_t got;
	char *p;

	do {
		if (used < size - 1)
			got = read(fd, text + used, size - 1 - used);
		else
			got = read(fd, rest, sizeof(rest));
		if (got > 0 && used < size - 1)
			used += (size_t)got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	text[used] = '\0';
	while (used && text[used - 1] == '\n')
		text[--used] = '\0';
	for (p = text; *p; p++)
		if (*p == '\n')
			*p = ' ';
}

/* The exit status of modprobe, or -errno. */
static int modprobe(char *text, size_t size)
{
	int pipe_fds[2];
	int status;
	pid_t pid;

	if (pipe2(pipe_fds, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (pid < 0) {
		status = -errno;
		close(pipe_fds[0]);
		close(pipe_fds[1]);
		return status;
	}
	if (!pid)
		run_modprobe(pipe_fds[1]);
	close(pipe_fds[1]);
	read_output(pipe_fds[0], text, size);
	close(pipe_fds[0]);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int kmod_load(void)
{
	char text[1024] = "";
	int status;

	status = modprobe(text, sizeof(text));
	if (!status)
		return STATUS_OK;
	if (status < 0)
		return refused("modprobe " MODULE " failed: %s",
			       strerror(-status));
	if (text[0])
		report("modprobe " MODULE " failed: %s", text);
	else
		report("modprobe " MODULE " failed: exit status %d", status);
	if (strstr(text, "resource busy") && is_loaded("/sys/module/ip_gre"))
		report("ip_gre holds IP protocol 47 (GRE). To free it, delete "
		       "all gre, gretap and erspan tunnels, run \"rmmod "
		       "ip_gre\", and keep it away with \"blacklist ip_gre\" "
		       "in /etc/modprobe.d/grex.conf");
	return STATUS_REFUSED;
}
