/* SPDX-License-Identifier: GPL-2.0 */
/* Settings and counters of a network namespace in /proc. */
#ifndef PROC_H
#define PROC_H

#include <stdint.h>

/* Read sysctl net.FAMILY.conf.DEVICE.NAME. -1: it cannot be read. */
int proc_conf(const char *family, const char *device, const char *name);
/* Read sysctl net.ipv4.NAME. -1: it cannot be read. */
int proc_ipv4(const char *name);
/* Read the value in effect, which is the higher one of the device and of "all". */
int proc_rp_filter(const char *device);
int proc_accept_local(const char *device);
/*
 * The number of packets that were dropped because of their source address, by
 * rp_filter or otherwise, in all network namespaces.
 */
uint64_t proc_martian_sources(void);
/* Read a counter of a file like /proc/net/snmp; 0 if there is none. */
uint64_t proc_counter(const char *path, const char *group, const char *name);

#endif /* PROC_H */
