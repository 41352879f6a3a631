// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "difference.h"
#include "gretool.h"
#include "options.h"
#include "print.h"
#include "tunnels.h"

const char help_save[] =
	"gretool save [FILE]\n"
	"\n"
	"Write all tunnels, their addresses and their static routes as "
	"\"gretool apply\"\n"
	"takes them, to standard output or to a file, which is replaced at "
	"once.\n";

/* An MTU that the kernel gives by itself is not written: it may adapt. */
static uint32_t fields_of(const struct tunnel *t)
{
	uint32_t fields = print_needed(&t->config);

	if (!t->config.mtu_auto && t->config.mtu == difference_default_mtu(t))
		fields &= ~(uint32_t)F_MTU;
	return fields;
}

static void save_tunnel(FILE *out, const struct tunnel *t)
{
	char text[IFNAMSIZ];
	size_t i;

	snprintf(text, sizeof(text), "if%u", t->config.link);
	if (t->config.link && !strcmp(t->config.dev, text)) {
		report("%s: the name of dev cannot be read", t->config.name);
		fputs("# The name of dev cannot be read.\n", out);
	}
	options_print_section(out, &t->config, fields_of(t));
	for (i = 0; i < t->nodd; i++) {
		report("%s: a route is not saved, it has more than a file can say",
		       t->config.name);
		fputs("# not saved, it has more than a file can say:", out);
		print_route(out, &t->odd[i]);
		putc('\n', out);
	}
}

static void save_tunnels(FILE *out, const struct tunnels *tunnels)
{
	size_t i;

	for (i = 0; i < tunnels->count; i++) {
		if (i)
			putc('\n', out);
		save_tunnel(out, &tunnels->list[i]);
	}
}

/* The mode of the file that is replaced, or of any new one. */
static mode_t mode_of(const char *path)
{
	struct stat st;
	mode_t mask;

	if (!stat(path, &st))
		return st.st_mode & 07777;
	mask = umask(0);
	umask(mask);
	return 0666 & ~mask;
}

/* Whoever reads the file meanwhile finds the old or the new one. */
static int save_to_file(const char *path, const struct tunnels *tunnels)
{
	char *temporary;
	FILE *out = NULL;
	bool failed;
	int fd;

	if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
		return refused("%s", strerror(ENOMEM));
	fd = mkstemp(temporary);
	if (fd >= 0)
		out = fdopen(fd, "w");
	if (!out) {
		free(temporary);
		return refused("%s: %s", path, strerror(errno));
	}
	save_tunnels(out, tunnels);
	failed = fflush(out) || fchmod(fd, mode_of(path)) || fsync(fd);
	failed = fclose(out) || failed;
	failed = failed || rename(temporary, path);
	if (failed) {
		report("%s: %s", path, strerror(errno));
		unlink(temporary);
	}
	free(temporary);
	return failed ? STATUS_REFUSED : STATUS_OK;
}

int cmd_save(struct gretool *g, int argc, char **argv)
{
	struct tunnels tunnels;
	int status;

	if (argc && argv[0][0] == '-')
		return usage("\"%s\" is not an option, expected only FILE",
			     argv[0]);
	if (argc > 1)
		return usage("\"%s\" is too much, expected only FILE", argv[1]);
	status = tunnels_read(&g->nl, NULL, false, &tunnels);
	if (!status)
		status = tunnels_read_routes(&g->nl, &tunnels);
	if (!status && argc)
		status = save_to_file(argv[0], &tunnels);
	else if (!status)
		save_tunnels(stdout, &tunnels);
	tunnels_free(&tunnels);
	return status;
}
