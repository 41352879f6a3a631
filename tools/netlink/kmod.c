// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/report.h"
#include "netlink/kmod.h"

#define MODULE "grex"
#define DKMS "/var/lib/dkms/" MODULE

static bool is_loaded(const char *path)
{
	return !access(path, F_OK);
}

bool kmod_is_missing(void)
{
	return !is_loaded("/sys/module/" MODULE);
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

/* Find the log in which DKMS explains why it did not build the module. */
static bool find_log(char *log, size_t size)
{
	DIR *versions = opendir(DKMS);
	struct dirent *version;
	bool found = false;

	if (!versions)
		return false;
	while (!found && (version = readdir(versions))) {
		snprintf(log, size, DKMS "/%.60s/build/make.log",
			 version->d_name);
		found = version->d_name[0] != '.' && !access(log, F_OK);
	}
	closedir(versions);
	return found;
}

/* Explain why there is no module for this kernel. */
static void explain_no_file(struct kmod_fault *fault, const char *modules,
			    const char *release)
{
	char build[512], log[128];
	bool has_log;

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
		has_log = find_log(log, sizeof(log));
		snprintf(fault->text, sizeof(fault->text),
			 "DKMS has built no module " MODULE
			 " for this kernel (%s)%s%s",
			 release, has_log ? ": see " : "", has_log ? log : "");
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

static void __attribute__((noreturn)) run_modprobe(int output)
{
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	/* Its messages are shown next to ours, which are in English. */
	setenv("LC_ALL", "C", 1);
	execl("/sbin/modprobe", "modprobe", MODULE, (char *)NULL);
	execl("/usr/sbin/modprobe", "modprobe", MODULE, (char *)NULL);
	execlp("modprobe", "modprobe", MODULE, (char *)NULL);
	dprintf(STDERR_FILENO, "cannot run modprobe: %s", strerror(errno));
	_exit(127);
}

/* Read all messages of modprobe into one line. */
static void read_output(int fd, char *text, size_t size)
{
	size_t used = 0;
	char rest[256];
	ssize_t got;
	char *p;

	do {
		if (used < size - 1)
			got = read(fd, text + used, size - 1 - used);
		else
			got = read(fd, rest, sizeof(rest));
		if (got > 0 && used < size - 1)
			used += (size_t)got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	text[used] = '\0';
	while (used && text[used - 1] == '\n')
		text[--used] = '\0';
	for (p = text; *p; p++)
		if (*p == '\n')
			*p = ' ';
}

/* Run modprobe. Returns its exit status, or -errno. */
static int modprobe(char *text, size_t size)
{
	int pipe_fds[2];
	int status;
	pid_t pid;

	if (pipe2(pipe_fds, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (pid < 0) {
		status = -errno;
		close(pipe_fds[0]);
		close(pipe_fds[1]);
		return status;
	}
	if (!pid)
		run_modprobe(pipe_fds[1]);
	close(pipe_fds[1]);
	read_output(pipe_fds[0], text, size);
	close(pipe_fds[0]);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Whether the first line of a file has the word. */
static bool file_has(const char *path, const char *word)
{
	char text[128] = "";
	FILE *file = fopen(path, "re");

	if (!file)
		return false;
	if (!fgets(text, sizeof(text), file))
		text[0] = '\0';
	fclose(file);
	return strstr(text, word);
}

/* The kernel puts the current state in brackets: "none [integrity] confidentiality". */
static bool is_locked_down(void)
{
	static const char path[] = "/sys/kernel/security/lockdown";

	return file_has(path, "[integrity]") ||
	       file_has(path, "[confidentiality]");
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
	int status;

	status = modprobe(text, sizeof(text));
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
			     "47 (GRE), and " MODULE " has the option "
			     "demux=native; remove it from /etc/modprobe.d, or "
			     "run \"rmmod ip_gre\"");
	else
		kmod_report_fault(at);
	return STATUS_REFUSED;
}
