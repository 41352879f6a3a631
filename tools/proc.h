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
/* A counter of /proc/net/snmp and the like; 0 if there is none. */
uint64_t proc_counter(const char *path, const char *group, const char *name);

#endif /* PROC_H */
