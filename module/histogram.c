// SPDX-License-Identifier: GPL-2.0
#include "histogram.h"

/**
 * grex_histogram_bucket - find the bucket that a value belongs to
 * @bounds: the upper bound of each bucket but the last, inclusive, in rising order
 * @count: number of bounds
 * @value: the value to be counted
 *
 * Return: 0..@count; @count is for values above all bounds
 */
unsigned int grex_histogram_bucket(const u64 *bounds, unsigned int count,
				   u64 value)
{
	unsigned int low = 0, high = count;

	while (low < high) {
		const unsigned int middle = low + (high - low) / 2;

		if (bounds[middle] < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
