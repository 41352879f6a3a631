/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HOST_ASM_BYTEORDER_H
#define HOST_ASM_BYTEORDER_H

#include <arpa/inet.h>

#define cpu_to_be16(v) htons(v)
#define cpu_to_be32(v) htonl(v)
#define be16_to_cpu(v) ntohs(v)
#define be32_to_cpu(v) ntohl(v)

#endif
