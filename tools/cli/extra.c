// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/command.h"
#include "lib/list.h"

#ifndef LIBEXECDIR
#define LIBEXECDIR "/usr/libexec"
#endif

/* The maximum number of options that gretool passes on, with the final NULL. */
#define OPTIONS_MAX 16

static bool find(char path[PATH_MAX], const char *name)
{
	char self[PATH_MAX];
	const ssize_t length = readlink("/proc/self/exe", self, sizeof(self));
	const char *end = length > 0 ? memrchr(self, '/', (size_t)length)
				     : NULL;

	if (end &&
	    snprintf(path, PATH_MAX, "%.*s/gretool-%s", (int)(end - self), self,
		     name) < PATH_MAX &&
	    !access(path, X_OK))
		return true;
	snprintf(path, PATH_MAX, LIBEXECDIR "/gretool/gretool-%s", name);
	return !access(path, X_OK);
}

bool extra_is_installed(const char *name)
{
	char path[PATH_MAX];

	return find(path, name);
}

/* The program reads the same options before the arguments as gretool does. */
static void add_options(const struct gretool *g, const char **args, char *line)
{
	const struct output *o = &g->output;
	unsigned int i;

	if (g->netns) {
		*args++ = "-n";
		*args++ = g->netns;
	}
	/* More than two have no further effect. */
	for (i = 0; i < o->stats && i < 2; i++)
		*args++ = "-s";
	if (o->details)
		*args++ = "-d";
	if (o->json)
		*args++ = o->pretty ? "-p" : "-j";
	if (report_origin.file) {
		*args++ = "--batch-file";
		*args++ = report_origin.file;
		*args++ = "--batch-line";
		*args++ = line;
	}
	*args = "--";
}

static int execute(const char *path, const char **args)
{
	execv(path, (char **)args);
	return refused("%s: %s", path, strerror(errno));
}

/*
 * The program enters the namespace of -n itself, and needs to know that of the shell. A
 * user namespace may have no right to go back there. Such a program runs where it is,
 * because it could not use the namespace of the shell either.
 */
static int execute_in_child(const struct gretool *g, const char *path,
			    const char **args)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (g->home >= 0)
		(void)setns(g->home, CLONE_NEWNET);
	return execute(path, args);
}

static int run_and_wait(const struct gretool *g, const char *path,
			const char **args)
{
	/* A program may catch Ctrl-C, and the batch goes on. */
	const sighandler_t before = signal(SIGINT, SIG_IGN);
	const pid_t child = fork();
	int status;

	if (!child) {
		signal(SIGINT, before);
		_exit(execute_in_child(g, path, args));
	}
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	signal(SIGINT, before);
	if (child < 0)
		return refused("%s: %s", path, strerror(errno));
	/* Ctrl-C or a closed pipe has ended the program, so it ends the batch, too. */
	if (WIFSIGNALED(status) &&
	    (WTERMSIG(status) == SIGINT || WTERMSIG(status) == SIGPIPE))
		raise(WTERMSIG(status));
	if (WIFSIGNALED(status))
		return refused("%s: %s", path, strsignal(WTERMSIG(status)));
	return WEXITSTATUS(status);
}

int extra_run(struct gretool *g, int argc, char **argv)
{
	char path[PATH_MAX], line[16];
	const char **args;
	int status, i, n;

	if (!find(path, argv[0]))
		return refused("%s is not installed; it is in the package "
			       "gretool-extra",
			       argv[0]);
	args = memory_or_end(calloc((size_t)argc + OPTIONS_MAX, sizeof(*args)));
	snprintf(line, sizeof(line), "%u", report_origin.line);
	args[0] = path;
	add_options(g, args + 1, line);
	for (n = 0; args[n]; n++)
		;
	for (i = 1; i < argc; i++)
		args[n++] = argv[i];
	fflush(stdout);
	status = report_origin.file ? run_and_wait(g, path, args)
				    : execute(path, args);
	free(args);
	return status;
}
