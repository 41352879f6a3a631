/* SPDX-License-Identifier: GPL-2.0 */
/* Reads the filters of the current network namespace from their tools. */
#ifndef FILTER_TEXT_H
#define FILTER_TEXT_H

struct json_t;

/* The rules of the filters of a namespace, as their tools print them. */
struct filter_text {
	struct json_t *nft; /* NULL: there is nothing */
	char *iptables,
		*ip6tables; /* of iptables-save -c, NULL: there is nothing */
	char unread[160]; /* why something cannot be read, or "" */
	char install[64]; /* the command that helps against that, or "" */
};

void filter_text_read(struct filter_text *t);
void filter_text_free(struct filter_text *t);

#endif /* FILTER_TEXT_H */
