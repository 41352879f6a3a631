// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>

#include "lib/json.h"
#include "lib/visible.h"

static void put_string(FILE *out, const char *value)
{
	unsigned int length;

	fputc('"', out);
	for (; *value; value += length) {
		length = utf8_length(value);
		if (!length) {
			/* Not text: the replacement character. */
			fputs("\\ufffd", out);
			length = 1;
		} else if (!visible_length(value)) {
			/* U+0080 to U+009F have two bytes. */
			fprintf(out, "\\u%04x",
				(unsigned char)value[length - 1]);
		} else {
			if (*value == '"' || *value == '\\')
				fputc('\\', out);
			fwrite(value, 1, length, out);
		}
	}
	fputc('"', out);
}

static void new_line(struct json *json)
{
	unsigned int i;

	if (!json->pretty)
		return;
	fputc('\n', json->out);
	for (i = 0; i < json->depth; i++)
		fputs("    ", json->out);
}

/* What comes before any value: a comma, its place, its name. */
static void begin(struct json *json, const char *name)
{
	if (json->comma)
		fputc(',', json->out);
	if (json->depth)
		new_line(json);
	json->comma = true;
	if (!name)
		return;
	put_string(json->out, name);
	fputs(json->pretty ? ": " : ":", json->out);
}

static void open_nest(struct json *json, const char *name, char bracket)
{
	begin(json, name);
	fputc(bracket, json->out);
	json->depth++;
	json->comma = false;
}

static void close_nest(struct json *json, char bracket)
{
	json->depth--;
	if (json->comma)
		new_line(json);
	fputc(bracket, json->out);
	json->comma = true;
	if (!json->depth) {
		fputc('\n', json->out);
		json->comma = false;
	}
}

void json_object(struct json *json, const char *name)
{
	open_nest(json, name, '{');
}

void json_object_end(struct json *json)
{
	close_nest(json, '}');
}

void json_array(struct json *json, const char *name)
{
	open_nest(json, name, '[');
}

void json_array_end(struct json *json)
{
	close_nest(json, ']');
}

void json_string(struct json *json, const char *name, const char *value)
{
	begin(json, name);
	if (value)
		put_string(json->out, value);
	else
		fputs("null", json->out);
}

void json_number(struct json *json, const char *name, uint64_t value)
{
	begin(json, name);
	fprintf(json->out, "%" PRIu64, value);
}

void json_bool(struct json *json, const char *name, bool value)
{
	begin(json, name);
	fputs(value ? "true" : "false", json->out);
}

void json_null(struct json *json, const char *name)
{
	json_string(json, name, NULL);
}
