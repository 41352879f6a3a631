// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check/context.h"
#include "lib/visible.h"

#define PLAIN \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+:,./-"

/* $'...' can escape control characters, which a terminal would obey. */
static const char *shell_bytes(const char *word, char *text, size_t size)
{
	char *out = text, *const end = text + size;
	unsigned int length;

	out += snprintf(out, size, "$'");
	for (; *word && out + 6 < end; word += length) {
		length = visible_length(word);
		if (!length) {
			out += snprintf(out, 5, "\\x%02x",
					(unsigned char)*word);
			length = 1;
			continue;
		}
		if (*word == '\'' || *word == '\\')
			*out++ = '\\';
		memcpy(out, word, length);
		out += length;
	}
	*out++ = '\'';
	*out = '\0';
	return text;
}

const char *shell_word(const char *word, char *text, size_t size)
{
	char *out = text, *const end = text + size;

	if (word[visible_span(word)])
		return shell_bytes(word, text, size);
	if (*word && *word != '-' && !word[strspn(word, PLAIN)]) {
		snprintf(text, size, "%s", word);
		return text;
	}
	/* Leave room for the longest piece, the last quote and the NUL. */
	*out++ = '\'';
	for (; *word && out + 6 < end; word++) {
		if (*word == '\'') {
			memcpy(out, "'\\''", 4);
			out += 4;
		} else {
			*out++ = *word;
		}
	}
	*out++ = '\'';
	*out = '\0';
	return text;
}

void context_init(struct context *context, const char *netns)
{
	char path[300], quoted[256];

	memset(context, 0, sizeof(*context));
	if (!netns) {
		strcpy(context->gretool, "gretool");
		strcpy(context->ip, "ip");
		return;
	}
	shell_word(netns, quoted, sizeof(quoted));
	snprintf(context->gretool, sizeof(context->gretool), "gretool -n %s",
		 quoted);
	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	if (!strchr(netns, '/') && !access(path, F_OK)) {
		snprintf(context->ip, sizeof(context->ip), "ip -n %s", quoted);
		snprintf(context->run, sizeof(context->run),
			 "ip netns exec %s ", quoted);
		return;
	}
	/* ip(8) does not take a pid. */
	if (!strchr(netns, '/'))
		snprintf(quoted, sizeof(quoted), "/proc/%.20s/ns/net", netns);
	snprintf(context->ip, sizeof(context->ip), "ip -n %s", quoted);
	snprintf(context->run, sizeof(context->run), "nsenter --net=%s ",
		 quoted);
}
