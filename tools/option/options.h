/* SPDX-License-Identifier: GPL-2.0 */
/* What can be done with all options of a tunnel. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <libmnl/libmnl.h>
#include <stdio.h>

#include "lib/json.h"
#include "option/config.h"

/* Print " NAME VALUE" for each of the fields. */
void options_print(FILE *out, const struct config *c, uint64_t fields);
void route_print(FILE *out, const struct entry *r);
/* Returns the fields that `add` needs to create the same tunnel. */
uint64_t options_needed(const struct config *c);
/* Write the fields as members of a JSON object. */
void options_json(struct json *json, const struct config *c, uint64_t fields);

/* Put the attributes of the fields into a nest IFLA_INFO_DATA. */
void options_put(struct nlmsghdr *nlh, const struct config *c, uint64_t fields);
/* Read one attribute of IFLA_INFO_DATA. False: it is malformed. */
bool options_read(const struct nlattr *attr, struct config *c);
/* Returns the name of the option that has the attribute, or NULL. */
const char *options_attr_name(unsigned int attr);

/* Takes a line of a file, as "ttl 255", without its end, which goes or comes. */
typedef void (*option_fn)(void *arg, bool come, const char *line);

/*
 * Call fn for each line of "from", which goes, and for each of "to", which comes, that
 * sets one of the fields. Addresses and routes that are in both are left out. One of the
 * two may be NULL.
 */
void options_lines(const struct config *from, const struct config *to,
		   uint64_t fields, option_fn fn, void *arg);

/* Print a section of a file. */
void options_print_name(FILE *out, const char *name);
void options_print_section(FILE *out, const struct config *c, uint64_t fields);

#endif /* OPTIONS_H */
