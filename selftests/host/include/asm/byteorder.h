/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HOST_ASM_BYTEORDER_H
#define HOST_ASM_BYTEORDER_H

#include <arpa/inet.h>
#include <endian.h>

#define cpu_to_be16(v) htons(v)
#define cpu_to_be32(v) htonl(v)
#define cpu_to_be64(v) htobe64(v)
#define be16_to_cpu(v) ntohs(v)
#define be32_to_cpu(v) ntohl(v)
#define be64_to_cpu(v) be64toh(v)

#endif
