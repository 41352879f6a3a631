// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/net_namespace.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/attr.h"
#include "lib/report.h"
#include "netlink/netns.h"

#define NETNS_DIR "/run/netns"

static bool is_number(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits && !text[digits];
}

int netns_open(const char *name)
{
	char path[PATH_MAX];
	int fd, length;

	if (strchr(name, '/'))
		length = snprintf(path, sizeof(path), "%s", name);
	else
		length = snprintf(path, sizeof(path), NETNS_DIR "/%s", name);
	if (length >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && is_number(name)) {
		snprintf(path, sizeof(path), "/proc/%s/ns/net", name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	return fd < 0 ? -errno : fd;
}

int netns_enter(const char *name)
{
	const int fd = netns_open(name);
	int err = fd < 0 ? -fd : 0;

	if (!err && setns(fd, CLONE_NEWNET))
		err = errno;
	if (fd >= 0)
		close(fd);
	if (!err)
		return STATUS_OK;
	return refused("network namespace \"%s\": %s", name,
		       fd >= 0 && err == EPERM
			       ? "CAP_SYS_ADMIN is needed to enter it"
			       : strerror(err));
}

static int read_id(const struct nlmsghdr *message, void *arg)
{
	const struct nlattr *attrs[NETNSA_NSID + 1];

	ATTR_SORT(message, sizeof(struct rtgenmsg), attrs);
	return attr_read(attrs[NETNSA_NSID], arg, sizeof(int32_t)) ? 0
								   : -EBADMSG;
}

static int get_id(struct nl *nl, int fd, int32_t *id)
{
	struct nl_request request;
	int err;

	*id = NETNSA_NSID_NOT_ASSIGNED;
	nl_start(&request, RTM_GETNSID, 0, sizeof(struct rtgenmsg));
	mnl_attr_put_u32(&request.header, NETNSA_FD, (uint32_t)fd);
	err = nl_talk(nl, &request, read_id, id);
	if (!err && *id == NETNSA_NSID_NOT_ASSIGNED)
		err = -ENOENT;
	return err;
}

static int new_id(struct nl *nl, int fd)
{
	struct nl_request request;

	nl_start(&request, RTM_NEWNSID, 0, sizeof(struct rtgenmsg));
	mnl_attr_put_u32(&request.header, NETNSA_FD, (uint32_t)fd);
	mnl_attr_put_u32(&request.header, NETNSA_NSID,
			 (uint32_t)NETNSA_NSID_NOT_ASSIGNED);
	return nl_talk(nl, &request, NULL, NULL);
}

int netns_id(struct nl *nl, int fd, bool create, int32_t *id)
{
	int err = get_id(nl, fd, id);

	if (err != -ENOENT || !create)
		return err;
	err = new_id(nl, fd);
	/* Another process may have assigned one in the meantime. */
	if (err && err != -EEXIST)
		return err;
	return get_id(nl, fd, id);
}

static bool has_id(struct nl *nl, const char *name, int32_t id)
{
	int fd = netns_open(name);
	int32_t its_id;
	bool same;

	if (fd < 0)
		return false;
	same = !netns_id(nl, fd, false, &its_id) && its_id == id;
	close(fd);
	return same;
}

bool netns_name(struct nl *nl, int32_t id, char *name, size_t size)
{
	const struct dirent *entry;
	bool found = false;
	DIR *dir;

	dir = opendir(NETNS_DIR);
	if (!dir)
		return false;
	while (!found && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= size)
			continue;
		found = has_id(nl, entry->d_name, id);
		if (found)
			snprintf(name, size, "%s", entry->d_name);
	}
	closedir(dir);
	return found;
}
