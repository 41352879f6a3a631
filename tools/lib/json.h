/* SPDX-License-Identifier: GPL-2.0 */
/* A JSON writer: RFC 8259, always valid, whatever bytes a name has. */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/*
 * The version of what we write, the member "schema" of an object. One more when
 * a member goes, or has another type or meaning; not when there are new ones.
 */
#define JSON_SCHEMA 1

struct json {
	FILE *out;
	bool pretty; /* one value a line, indented */
	unsigned int depth;
	bool comma; /* the next value is not the first of its nest */
};

/* name is NULL for the elements of an array and for the outermost value. */
void json_object(struct json *json, const char *name);
void json_object_end(struct json *json);
void json_array(struct json *json, const char *name);
void json_array_end(struct json *json);
/* A value that is NULL is null. */
void json_string(struct json *json, const char *name, const char *value);
void json_number(struct json *json, const char *name, uint64_t value);
void json_bool(struct json *json, const char *name, bool value);
void json_null(struct json *json, const char *name);

/* null unless the number is known. */
static inline void json_number_if(struct json *json, const char *name,
				  bool known, uint64_t value)
{
	if (known)
		json_number(json, name, value);
	else
		json_null(json, name);
}

#endif /* JSON_H */
