// SPDX-License-Identifier: GPL-2.0
/*
 * tsc: print the frequency of this machine's time stamp counter, in kHz. It is
 * the guest's under emulation, and a guest that measures it on a busy machine
 * can be wrong by a factor of six: its clock then runs as much too fast.
 */
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

static long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

int main(void)
{
	const struct timespec pause = { .tv_nsec = 50000000 };
	unsigned long long ticks = __rdtsc();
	long long ns = now();

	nanosleep(&pause, NULL);
	ns = now() - ns;
	ticks = __rdtsc() - ticks;
	printf("%.0f\n", ticks * 1e6 / ns);
	return 0;
}
