#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The examples for Prometheus and Grafana use only metrics that exist, and systemd accepts
# the units.

cd "$(dirname "$0")" || exit 1
number=0
failed=0

echo "KTAP version 1"
[[ -x ../gretool ]] || {
	echo "1..0 # SKIP ../gretool is not built"
	exit 4
}
temporary=$(mktemp -d) || exit 1
trap 'rm -rf "$temporary"' EXIT

result() {
	number=$((number + 1))
	if (($1 == 0)); then
		echo "ok $number $2"
	else
		echo "not ok $number $2"
		failed=1
	fi
}

# List the names of all samples. Every family is listed, even without a tunnel.
../gretool metrics | awk '
	/^# TYPE/ && $4 == "counter" { print $3 "_total" }
	/^# TYPE/ && $4 == "gauge" { print $3 }
	/^# TYPE/ && $4 == "histogram" {
		print $3 "_bucket"; print $3 "_count"; print $3 "_sum"
	}' >"$temporary/names"
(($(wc -l <"$temporary/names") > 50))
result $? "there are metrics"

# patterns FILE: print the regular expressions that match names
patterns() {
	sed -E 's/\\"/"/g' "$1" | grep -oE '__name__=~"[^"]*"' | cut -d'"' -f2
}

# names FILE: print everything that looks like a name outside of these expressions
names() {
	sed -E 's/\\"/"/g; s/__name__=~"[^"]*"//g' "$1" |
		grep -oE '\bgrex_[a-z0-9_]+'
}

for file in grafana.json alerts.yml; do
	mapfile -t used < <(names "../dist/$file" | sort -u)
	unknown=$(printf '%s\n' "${used[@]}" | grep -vxFf "$temporary/names")
	[[ ! $unknown && ${#used[@]} -gt 5 ]]
	result $? "metrics of $file (${#used[@]})"
	[[ $unknown ]] && printf '# unknown: %s\n' "${unknown//$'\n'/ }"
	while read -r pattern; do
		grep -qxE "$pattern" "$temporary/names"
		result $? "something of $file is like $pattern"
	done < <(patterns "../dist/$file")
done

if command -v jq >/dev/null; then
	check=$(jq -r '[.panels[] | (.targets[].expr, .title) | select(. == "")],
		([.panels[].id] | length - (unique | length))' ../dist/grafana.json 2>&1 |
		tr -d ' \n')
	[[ $check == '[]0' ]]
	result $? "grafana.json is whole: $check"
fi

if /usr/bin/python3 -c 'import yaml' 2>/dev/null; then
	/usr/bin/python3 - ../dist/alerts.yml >"$temporary/alerts" 2>&1 <<-'END'
		import sys, yaml
		rules = yaml.safe_load(open(sys.argv[1]))["groups"][0]["rules"]
		for rule in rules:
		    assert rule["alert"].startswith("Grex") and rule["expr"], rule
		    assert rule["labels"]["severity"], rule
		    assert rule["annotations"]["summary"], rule
		assert len({rule["alert"] for rule in rules}) == len(rules) > 5
	END
	result $? "alerts.yml is whole $(tail -n 1 "$temporary/alerts")"
fi

if command -v systemd-analyze >/dev/null; then
	# The tool is not installed here, so that another program stands in for it.
	for unit in ../dist/gretool-metrics.*; do
		sed 's,/usr/sbin/gretool,/bin/true,' "$unit" \
			>"$temporary/${unit##*/}"
	done
	complaints=$(systemd-analyze verify --man=no --recursive-errors=no \
		"$temporary"/gretool-metrics.* 2>&1)
	[[ ! $complaints ]]
	result $? "units $complaints"
	systemd-analyze security --offline=true --threshold=20 \
		"$temporary/gretool-metrics.service" >"$temporary/security" 2>&1
	result $? "the service may do little: $(tail -n 1 "$temporary/security" | tr -d '→#')"
fi

echo "1..$number"
exit $failed
