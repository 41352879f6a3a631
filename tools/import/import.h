/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tunnels of other tools: their options in the words of `add`, and remarks
 * about what these cannot express.
 */
#ifndef IMPORT_H
#define IMPORT_H

#include <linux/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "netlink/nl.h"

/* An option or remark, and where it comes from. */
struct import_line {
	const char *file; /* NULL: the kernel */
	unsigned int line;
	char *text;
};

/* A kind of the kernel's own that a tunnel of grex replaces. */
struct import_kind {
	const char *name;
	bool ether, is_ipv6;
};

struct import_tunnel {
	char name[IFNAMSIZ];
	const struct import_kind *kind; /* NULL: not known yet */
	const char *file; /* where it is created */
	unsigned int line;
	bool is_gre; /* other interfaces are not printed */
	bool is_other; /* its kind is one that grex does not have */
	bool makes_gre; /* its commands create the tunnel of another interface */
	bool is_lost; /* a line that is not understood may create a GRE tunnel */
	struct import_line *options; /* "ttl 255" */
	size_t noptions;
	struct import_line *remarks; /* what is not taken over */
	size_t nremarks;
};

struct import {
	struct import_tunnel *tunnels;
	size_t count;
	size_t created; /* the number of GRE tunnels so far */
	char **files; /* their names */
	size_t nfiles;
	/* The position of the reader. */
	const char *file;
	unsigned int line;
};

void import_free(struct import *im);
/* The following options and remarks come from this file. */
void import_file(struct import *im, const char *name);

/* Find or add the tunnel of this name. NULL: it is not a valid name. */
struct import_tunnel *import_tunnel(struct import *im, const char *name);
/* NULL: grex does not replace this kind. */
const struct import_kind *import_kind(const char *name);
/* The current line creates a GRE tunnel of this kind. */
void import_create(struct import *im, const char *name,
		   const struct import_kind *kind);
/* The options that the kernel's own tunnels of the kind have without any. */
void import_defaults(struct import *im, const char *name);
void import_option(struct import *im, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Tell what is not taken over. */
void import_remark(struct import *im, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Print the sections, with a comment and a warning for everything that is not taken
 * over. Returns enum status, which is STATUS_REFUSED if that is a whole tunnel.
 */
int import_print(FILE *out, struct import *im);

/* Readers, each returns enum status. */
int import_links(struct import *im, struct nl *nl);
int import_ifupdown(struct import *im, const char *path);
int import_networkd(struct import *im, const char *directory);

/*
 * Read a command line of ip(8) from a script of iface. False: the command is not
 * understood.
 */
bool import_ip(struct import *im, const char *iface, int argc, char **argv);

#endif /* IMPORT_H */
