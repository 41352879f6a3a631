// SPDX-License-Identifier: GPL-2.0
#include "keepalive_wire.h"

#define PROBE_VERSION 1

#define PROTOCOL_HUAWEI 0x0004 /* IPv4 in a keepalive of Huawei */
#define PROTOCOL_IPV4 0x0800
#define PROTOCOL_CMD 0x8909 /* Cisco metadata, such as a security group tag */

#define CMD_LEN 8
#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define IPV4_FRAGMENT 0x3fff /* MF and the offset */
#define NEXT_GRE 47

struct probe_payload {
	u8 version;
	u8 kind;
	__be16 mtu;
	__be32 generation;
	__be32 seq;
	__be16 padding;
	__be16 path_mtu;
	__be64 time;
	__be64 hash;
} __packed;

static u32 get_u16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

/**
 * grex_probe_write - write the payload of a probe without the hash
 * @data: buffer of GREX_PROBE_LEN bytes
 * @probe: contents of the payload
 */
void grex_probe_write(void *data, const struct grex_probe *probe)
{
	struct probe_payload *payload = data;

	payload->version = PROBE_VERSION;
	payload->kind = probe->kind;
	payload->mtu = cpu_to_be16(probe->mtu);
	payload->generation = cpu_to_be32(probe->generation);
	payload->seq = cpu_to_be32(probe->seq);
	payload->padding = cpu_to_be16(probe->padding);
	payload->path_mtu = cpu_to_be16(probe->path_mtu);
	payload->time = cpu_to_be64(probe->time);
	payload->hash = 0;
}

/**
 * grex_probe_sign - add the hash to the payload of a probe
 * @data: payload that grex_probe_write() has written
 * @hash: of its first GREX_PROBE_SIGNED bytes
 */
void grex_probe_sign(void *data, u64 hash)
{
	struct probe_payload *payload = data;

	payload->hash = cpu_to_be64(hash);
}

/**
 * grex_probe_read - read the payload of a reply, or of a request of another grex
 * @probe: filled when true is returned
 * @data: bytes that follow the GRE header, at least GREX_PROBE_LEN if there are so many
 * @len: number of all bytes that follow the GRE header
 * @hash: set to the hash, which the caller compares
 *
 * Return: false when this is not the payload of a grex probe
 */
bool grex_probe_read(struct grex_probe *probe, const void *data, size_t len,
		     u64 *hash)
{
	const struct probe_payload *payload = data;

	if (len < GREX_PROBE_LEN || payload->version != PROBE_VERSION ||
	    payload->kind >= GREX_PROBE_KINDS ||
	    be16_to_cpu(payload->padding) != len - GREX_PROBE_LEN)
		return false;
	probe->kind = payload->kind;
	probe->generation = be32_to_cpu(payload->generation);
	probe->seq = be32_to_cpu(payload->seq);
	probe->padding = be16_to_cpu(payload->padding);
	probe->mtu = be16_to_cpu(payload->mtu);
	probe->path_mtu = be16_to_cpu(payload->path_mtu);
	probe->time = be64_to_cpu(payload->time);
	*hash = be64_to_cpu(payload->hash);
	return true;
}

static bool request_csum_is_right(const u8 *p)
{
	u32 sum = 0;
	int i;

	for (i = 0; i < IPV4_HEADER; i += 2)
		sum += get_u16(p + i);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}

static bool request_read_ipv4(struct grex_request *request, const u8 *p,
			      size_t len)
{
	if (len < IPV4_HEADER || p[0] != 0x45 || p[9] != NEXT_GRE ||
	    get_u16(p + 6) & IPV4_FRAGMENT || !request_csum_is_right(p))
		return false;
	request->version = 4;
	request->ip_len = IPV4_HEADER;
	request->total_len = get_u16(p + 2);
	__builtin_memcpy(request->saddr, p + 12, 4);
	__builtin_memcpy(request->daddr, p + 16, 4);
	return request->total_len >= IPV4_HEADER;
}

static bool request_read_ipv6(struct grex_request *request, const u8 *p,
			      size_t len)
{
	if (len < IPV6_HEADER || p[6] != NEXT_GRE)
		return false;
	request->version = 6;
	request->ip_len = IPV6_HEADER;
	request->total_len = IPV6_HEADER + get_u16(p + 4);
	__builtin_memcpy(request->saddr, p + 8, 16);
	__builtin_memcpy(request->daddr, p + 24, 16);
	return true;
}

/**
 * grex_request_read - read a keepalive request
 * @request: filled when true is returned
 * @data: a received inner packet
 * @len: number of bytes: all, or GREX_REQUEST_LOOK
 *
 * A request is a whole IPv4 packet without options, or an IPv6 packet without extension
 * headers, that holds GRE with a protocol type of 0. The payload behind it belongs to the
 * sender and has no bytes (Cisco), 16 bytes (OpenBSD), or 32 bytes and padding (grex). The
 * caller checks the addresses.
 *
 * Return: whether the packet is a request
 */
bool grex_request_read(struct grex_request *request, const void *data,
		       size_t len)
{
	const u8 *p = data;

	*request = (struct grex_request){};
	if (!len || !(p[0] >> 4 == 6 ? request_read_ipv6(request, p, len)
				     : request_read_ipv4(request, p, len)))
		return false;
	if (len > request->total_len)
		len = request->total_len;
	return grex_header_parse(&request->header, p + request->ip_len,
				 len - request->ip_len) == GREX_HEADER_OK &&
	       !request->header.protocol;
}

/**
 * grex_request_unwrap - find the IPv4 packet in a request of another form
 * @protocol: of the outer GRE header, not IPv4
 * @data: bytes that follow that header
 * @len: number of bytes: all, or GREX_UNWRAP_LOOK
 *
 * When security group tags are on, Cisco puts 8 bytes of metadata in front of the packet
 * and uses another protocol type. So does Huawei, without metadata.
 *
 * Return: number of bytes in front of the IPv4 packet, -1 if this is not a request
 */
int grex_request_unwrap(__be16 protocol, const void *data, size_t len)
{
	static const u8 cmd[CMD_LEN] = { 0x08, 0x00, 0x01, 0x01, 0, 1, 0, 0 };
	const u8 *p = data;
	int skip = 0;

	switch (be16_to_cpu(protocol)) {
	case PROTOCOL_HUAWEI:
		break;
	case PROTOCOL_CMD:
		for (skip = 0; skip < CMD_LEN; skip++)
			if ((size_t)skip >= len || p[skip] != cmd[skip])
				return -1;
		break;
	default:
		return -1;
	}
	if (len < (size_t)skip + IPV4_HEADER || p[skip] != 0x45 ||
	    p[skip + 9] != NEXT_GRE)
		return -1;
	return skip;
}
