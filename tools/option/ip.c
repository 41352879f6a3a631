// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <string.h>

#include "option/ip.h"

size_t ip_size(const struct ip *ip)
{
	return ip->family == AF_INET ? sizeof(ip->v4) : sizeof(ip->v6);
}

bool ip_equal(const struct ip *a, const struct ip *b)
{
	return a->family == b->family &&
	       (!a->family || !memcmp(&a->v6, &b->v6, ip_size(a)));
}

bool ip_is_in(const struct ip *ip, const struct ip *network, uint32_t prefix)
{
	size_t bits = 8 * ip_size(ip), bytes;
	uint8_t mask;

	if (prefix < bits)
		bits = prefix;
	bytes = bits / 8;
	mask = (uint8_t)(0xff00 >> bits % 8);
	return ip->family == network->family &&
	       !memcmp(&ip->v6, &network->v6, bytes) &&
	       (!mask ||
		!((ip->v6.s6_addr[bytes] ^ network->v6.s6_addr[bytes]) & mask));
}

bool ip_parse(const char *text, struct ip *ip)
{
	memset(ip, 0, sizeof(*ip));
	ip->family = AF_INET;
	if (inet_pton(AF_INET, text, &ip->v4) == 1)
		return true;
	ip->family = AF_INET6;
	return inet_pton(AF_INET6, text, &ip->v6) == 1;
}

bool ip_is_any(const struct ip *ip)
{
	if (ip->family == AF_INET)
		return ip->v4.s_addr == htonl(INADDR_ANY);
	return IN6_IS_ADDR_UNSPECIFIED(&ip->v6);
}

bool ip_is_multicast(const struct ip *ip)
{
	if (ip->family == AF_INET)
		return IN_MULTICAST(ntohl(ip->v4.s_addr));
	return IN6_IS_ADDR_MULTICAST(&ip->v6);
}

const char *ip_text(const struct ip *ip, char text[INET6_ADDRSTRLEN])
{
	if (!ip->family)
		return "any";
	return inet_ntop(ip->family, &ip->v6, text, INET6_ADDRSTRLEN);
}
