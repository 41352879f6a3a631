/* SPDX-License-Identifier: GPL-2.0 */
/* Settings and counters of a network namespace in /proc. */
#ifndef PROC_H
#define PROC_H

#include <stdint.h>

/* net.FAMILY.conf.DEVICE.NAME; -1: it cannot be read. */
int proc_conf(const char *family, const char *device, const char *name);
/* net.ipv4.NAME; -1: it cannot be read. */
int proc_ipv4(const char *name);
/* What counts for the device: the higher of its own and of all. */
int proc_rp_filter(const char *device);
/* Likewise, accept_local. */
int proc_accept_local(const char *device);
/*
 * Packets that were dropped for what their source is; of all network namespaces,
 * also by rp_filter.
 */
uint64_t proc_martian_sources(void);
/* A counter of /proc/net/snmp and the like; 0 if there is none. */
uint64_t proc_counter(const char *path, const char *group, const char *name);

#endif /* PROC_H */
