/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tunnels of other tools, on their way into a file: what each is told, in the
 * words of `add`, and what cannot be said in them.
 */
#ifndef IMPORT_H
#define IMPORT_H

#include <linux/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "netlink/nl.h"

/* What was said about a tunnel, and where. */
struct import_line {
	const char *file; /* NULL: by the kernel */
	unsigned int line;
	char *text;
};

struct import_tunnel {
	char name[IFNAMSIZ];
	const char *file; /* where it is created */
	unsigned int line;
	bool is_gre; /* else it is some interface, and left out */
	bool is_other; /* of a kind that grex does not have */
	bool makes_gre; /* what is said about it makes another one's tunnel */
	bool is_lost; /* it may be a GRE tunnel, made in a way not understood */
	struct import_line *options; /* "ttl 255" */
	size_t noptions;
	struct import_line *remarks; /* what is not taken over */
	size_t nremarks;
};

struct import {
	struct import_tunnel *tunnels;
	size_t count;
	size_t created; /* tunnels, until now */
	char **files; /* their names */
	size_t nfiles;
	/* What is being read. */
	const char *file;
	unsigned int line;
	bool no_memory;
};

void import_free(struct import *im);
/* What is said from here on is in this file. */
void import_file(struct import *im, const char *name);

/* The one of this name, new if need be. NULL: it cannot be a name. */
struct import_tunnel *import_tunnel(struct import *im, const char *name);
/* It is here that it is created, as a GRE tunnel. */
void import_create(struct import *im, const char *name);
void import_option(struct import *im, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* What is not taken over. */
void import_remark(struct import *im, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Print the sections, with a comment and a warning for all that is not taken
 * over. Returns enum status: refused if a whole tunnel is not.
 */
int import_print(FILE *out, struct import *im);

/* Readers, each returns enum status. */
int import_links(struct import *im, struct nl *nl);
int import_ifupdown(struct import *im, const char *path);
int import_networkd(struct import *im, const char *directory);

/*
 * A command line of ip(8), from a script about iface. False: nothing of it was
 * understood.
 */
bool import_ip(struct import *im, const char *iface, int argc, char **argv);

#endif /* IMPORT_H */
