// SPDX-License-Identifier: GPL-2.0
/* json.h for the plugin of ip(8): into the JSON that ip is writing. */
#include "iproute2/iproute2.h"
#include "lib/json.h"

static struct json_writer *begin(const char *name)
{
	struct json_writer *writer = get_json_writer();

	if (name)
		jsonw_name(writer, name);
	return writer;
}

void json_object(struct json *json, const char *name)
{
	jsonw_start_object(begin(name));
}

void json_object_end(struct json *json)
{
	jsonw_end_object(get_json_writer());
}

void json_array(struct json *json, const char *name)
{
	jsonw_start_array(begin(name));
}

void json_array_end(struct json *json)
{
	jsonw_end_array(get_json_writer());
}

void json_string(struct json *json, const char *name, const char *value)
{
	if (value)
		jsonw_string(begin(name), value);
	else
		jsonw_null(begin(name));
}

void json_number(struct json *json, const char *name, uint64_t value)
{
	jsonw_u64(begin(name), value);
}

void json_bool(struct json *json, const char *name, bool value)
{
	jsonw_bool(begin(name), value);
}

void json_null(struct json *json, const char *name)
{
	json_string(json, name, NULL);
}
