/* SPDX-License-Identifier: GPL-2.0 */
/* IP addresses of either family. */
#ifndef IP_H
#define IP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* AF_UNSPEC is "any". */
struct ip {
	int family;
	union {
		struct in_addr v4;
		struct in6_addr v6;
	};
};

/* The bytes of an address, of those of v6. */
size_t ip_size(const struct ip *ip);
bool ip_equal(const struct ip *a, const struct ip *b);
/* Whether the address is in the network, which has a prefix of so many bits. */
bool ip_is_in(const struct ip *ip, const struct ip *network, uint32_t prefix);
/* Returns text, or "any". */
const char *ip_text(const struct ip *ip, char text[INET6_ADDRSTRLEN]);
bool ip_parse(const char *text, struct ip *ip);
bool ip_is_any(const struct ip *ip);
bool ip_is_multicast(const struct ip *ip);

#endif /* IP_H */
