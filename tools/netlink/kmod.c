// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "netlink/kmod.h"

#define MODULE "grex"
#define DKMS "/var/lib/dkms/" MODULE

bool kmod_is_missing(void)
{
	return access("/sys/module/" MODULE, F_OK);
}

/* A file that may not be accessed, as in a sandbox, may exist. */
static bool is_absent(const char *path)
{
	return access(path, F_OK) && (errno == ENOENT || errno == ENOTDIR);
}

/* A line of modules.dep: "updates/dkms/grex.ko.xz: others". */
static bool is_our_file(const char *line)
{
	const char *end = strchr(line, ':'), *name;

	for (name = end; name && name > line && name[-1] != '/'; name--)
		;
	return name && !strncmp(name, MODULE ".ko", strlen(MODULE ".ko"));
}

/* Whether depmod knows no file of the module. */
static bool has_no_file(const char *modules)
{
	char path[512], *line = NULL;
	bool found = false;
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/modules.dep", modules);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (!found && getline(&line, &size, file) > 0)
		found = is_our_file(line);
	free(line);
	fclose(file);
	return !found;
}

/* Explain why there is no module for this kernel. */
static void explain_no_file(struct kmod_fault *fault, const char *modules,
			    const char *release)
{
	char build[512];
	glob_t log = { 0 };

	snprintf(build, sizeof(build), "%s/build", modules);
	if (is_absent(build)) {
		snprintf(fault->text, sizeof(fault->text),
			 "there is no module " MODULE " for this kernel (%s), "
			 "and no headers of it with which DKMS would build one",
			 release);
		snprintf(fault->fix, sizeof(fault->fix),
			 "apt install linux-headers-%s", release);
	} else if (is_absent(DKMS)) {
		snprintf(fault->text, sizeof(fault->text),
			 "there is no module " MODULE " for this kernel (%s), "
			 "and DKMS does not know it: install the package " MODULE
			 "-dkms, or run \"make install\" in its sources",
			 release);
	} else {
		/* DKMS explains in it why it did not build the module. */
		glob(DKMS "/*/build/make.log", 0, NULL, &log);
		snprintf(fault->text, sizeof(fault->text),
			 "DKMS has built no module " MODULE
			 " for this kernel (%s)%s%s",
			 release, log.gl_pathc ? ": see " : "",
			 log.gl_pathc ? log.gl_pathv[0] : "");
		globfree(&log);
		snprintf(fault->fix, sizeof(fault->fix),
			 "dkms autoinstall -k %s", release);
	}
}

bool kmod_find_fault(struct kmod_fault *fault)
{
	struct utsname kernel;
	char modules[256];

	memset(fault, 0, sizeof(*fault));
	if (!kmod_is_missing() || uname(&kernel))
		return false;
	snprintf(modules, sizeof(modules), "/lib/modules/%s", kernel.release);
	if (is_absent(modules)) {
		snprintf(fault->text, sizeof(fault->text),
			 "the modules of this kernel (%s) are gone, as after "
			 "an upgrade",
			 kernel.release);
		snprintf(fault->fix, sizeof(fault->fix), "reboot");
	} else if (has_no_file(modules)) {
		explain_no_file(fault, modules, kernel.release);
	}
	return fault->text[0];
}

void kmod_report_fault(const struct position *at)
{
	struct kmod_fault fault;

	if (kmod_find_fault(&fault))
		report_about(at, "%s%s%s%s", fault.text,
			     fault.fix[0] ? "; run \"" : "", fault.fix,
			     fault.fix[0] ? "\"" : "");
}

/*
 * Run modprobe, and read its messages into one line. They are shown next to ours, which
 * are in English. Returns its exit status, or -errno.
 */
static int modprobe(char *text, size_t size)
{
	FILE *output = popen("LC_ALL=C PATH=/sbin:/usr/sbin:${PATH:-/bin} "
			     "modprobe " MODULE " 2>&1",
			     "re");
	size_t length;
	char rest[256];
	int status;
	char *p;

	if (!output)
		return -errno;
	length = fread(text, 1, size - 1, output);
	while (fread(rest, 1, sizeof(rest), output))
		;
	status = pclose(output);
	while (length && text[length - 1] == '\n')
		length--;
	text[length] = '\0';
	for (p = text; *p; p++)
		if (*p == '\n')
			*p = ' ';
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The kernel puts the current state in brackets: "none [integrity] confidentiality". */
static bool is_locked_down(void)
{
	FILE *file = fopen("/sys/kernel/security/lockdown", "re");
	char state[128];
	bool locked;

	if (!file)
		return false;
	locked = fgets(state, sizeof(state), file) && strchr(state, '[') &&
		 !strstr(state, "[none]");
	fclose(file);
	return locked;
}

/* Whether modprobe says that the kernel does not accept the signature. */
static bool is_about_the_key(const char *text)
{
	return strstr(text, "Key was rejected") ||
	       strstr(text, "Required key not available") ||
	       (strstr(text, "Operation not permitted") && is_locked_down());
}

static void report_key(const struct position *at)
{
	report_about(at,
		     "this kernel takes only modules that are signed with a key it "
		     "knows (%s); run \"mokutil --import /var/lib/dkms/mok.pub\", "
		     "and reboot to enrol the key with which DKMS signs",
		     is_locked_down() ? "Secure Boot: it is locked down"
				      : "Secure Boot, or module.sig_enforce");
}

int kmod_load(const struct position *at)
{
	char text[1024] = "";
	int status = modprobe(text, sizeof(text));

	if (!status)
		return STATUS_OK;
	if (status < 0)
		return refused_about(at, "modprobe " MODULE " failed: %s",
				     strerror(-status));
	if (text[0])
		report_about(at, "modprobe " MODULE " failed: %s", text);
	else
		report_about(at, "modprobe " MODULE " failed: exit status %d",
			     status);
	if (is_about_the_key(text))
		report_key(at);
	else if (strstr(text, "resource busy"))
		report_about(at,
			     "another module, such as ip_gre, owns IP protocol "
			     "47 (GRE) or the kind gre, and " MODULE " has the "
			     "option demux=native or kinds=gre; remove it from "
			     "/etc/modprobe.d, or run \"rmmod ip_gre\"");
	else
		kmod_report_fault(at);
	return STATUS_REFUSED;
}
