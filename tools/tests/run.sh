#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# run.sh PROGRAM...: run test programs and print nested KTAP. The exit status is 1 if a
# result is not ok, or if the exit status of a program does not match its results.

failed=0
number=0

echo "KTAP version 1"
echo "1..$#"
for program; do
	number=$((number + 1))
	name=${program##*/}
	name=${name%.sh}
	output=$("$program" 2>&1)
	status=$?
	echo "    # Subtest: $name"
	printf '%s\n' "$output" | sed 's/^/    /'
	if [ $status -eq 4 ]; then
		echo "ok $number $name # SKIP"
	elif [ $status -eq 0 ] && ! printf '%s\n' "$output" | grep -q '^not ok'; then
		echo "ok $number $name"
	else
		[ $status -eq 0 ] || echo "# $name: exit status $status"
		echo "not ok $number $name"
		failed=1
	fi
done
exit $failed
