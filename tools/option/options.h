/* SPDX-License-Identifier: GPL-2.0 */
/* The options of a tunnel one by one, as a file says them. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <libmnl/libmnl.h>
#include <stdio.h>

#include "lib/json.h"
#include "option/config.h"

/* " NAME VALUE" for each of the fields. */
void options_print(FILE *out, const struct config *c, uint64_t fields);
void address_print(FILE *out, const struct address *a);
void route_print(FILE *out, const struct static_route *r);
/* The fields without which `add` would make another tunnel. */
uint64_t options_needed(const struct config *c);
/* The members of a JSON object. */
void options_json(struct json *json, const struct config *c, uint64_t fields);

/* Put the options that have one of the fields into a nest IFLA_INFO_DATA. */
void options_put(struct nlmsghdr *nlh, const struct config *c, uint64_t fields);
/* Read one attribute of IFLA_INFO_DATA. False: it is malformed. */
bool options_read(const struct nlattr *attr, struct config *c);
/* The option that an attribute of IFLA_INFO_DATA is about, or NULL. */
const char *options_attr_name(unsigned int attr);

/* What one line says, without its end: "ttl 255". */
typedef void (*option_fn)(void *arg, const char *words);

/* Those of the fields, in the order of gretool.conf(5). */
void options_each(const struct config *c, uint64_t fields, option_fn fn,
		  void *arg);
/*
 * What has gone and what has come in each of them; addresses and routes that are
 * in both are left out.
 */
void options_compare(const struct config *from, const struct config *to,
		     uint64_t fields, option_fn gone, option_fn come,
		     void *arg);

/* A section of a file. */
void options_print_name(FILE *out, const char *name);
void options_print_section(FILE *out, const struct config *c, uint64_t fields);

#endif /* OPTIONS_H */
