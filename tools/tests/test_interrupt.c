// SPDX-License-Identifier: GPL-2.0
/* Signals are caught only as long as a command wants them. */
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/interrupt.h"
#include "tap.h"

#define LONG_MS 20000

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Returns the signal that ends a process after the release, or 0 if none does. */
static int end_of(int signal)
{
	int status = 0;
	pid_t child = fork();

	if (child < 0)
		abort();
	if (!child) {
		interrupt_catch();
		raise(signal);
		interrupt_release();
		raise(signal);
		_exit(0);
	}
	waitpid(child, &status, 0);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/* Send signals until one ends the sleep, as the first may come before it. */
static void interrupted_sleep(void)
{
	int status;
	double begin;
	const pid_t parent = getpid();
	pid_t child = fork();

	if (child < 0)
		abort();
	if (!child) {
		/* Stop if the parent has ended, so that no other process gets a signal. */
		do {
			usleep(20000);
		} while (getppid() == parent && !kill(parent, SIGTERM));
		_exit(0);
	}
	begin = seconds();
	interrupt_sleep(LONG_MS);
	check(seconds() - begin < LONG_MS / 2000.0, "a signal ends the wait");
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
}

int main(void)
{
	double begin;

	/* SIGINT may be ignored, as in a background job of a shell. */
	signal(SIGINT, SIG_DFL);
	check(end_of(SIGINT) == SIGINT, "SIGINT is what it was, after all");
	check(end_of(SIGTERM) == SIGTERM, "SIGTERM is what it was, after all");

	interrupt_catch();
	check(!interrupts(), "none so far");
	raise(SIGINT);
	raise(SIGTERM);
	begin = seconds();
	interrupt_sleep(LONG_MS);
	check(seconds() - begin < LONG_MS / 2000.0,
	      "signals from before the wait end it");
	check(interrupts() == 2, "two are counted");
	interrupt_release();
	interrupt_catch();
	check(!interrupts(), "each command counts its own");
	begin = seconds();
	interrupt_sleep(50);
	check(seconds() - begin >= 0.05, "without a signal it waits");
	interrupted_sleep();
	return finish();
}
