#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""metrics.py valid|values|histogram METRICS TUNNELS: whether what "gretool metrics"
has printed is OpenMetrics to an independent parser, and whether its values or its
histograms say the same as "gretool -j -s show"."""

import json
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families

import ktap
from rtnl import counter_names

# Numbers of JSON and what they are called here; / is per second of the unit.
SAME = (
    ("grex_mtu_bytes", "mtu"), ("grex_up", "up"), ("grex_carrier", "carrier"),
    ("grex_path_mtu_bytes", "path_mtu.bytes"),
    ("grex_path_mtu_age_seconds", "path_mtu.age_ms/1e3"),
    ("grex_peer_mtu_bytes", "peer_mtu.device"),
    ("grex_mtu_probe_requests_total", "path_mtu.sent"),
    ("grex_mtu_probe_replies_total", "path_mtu.answered"),
    ("grex_receive_packets_total", "stats.rx_packets"),
    ("grex_receive_bytes_total", "stats.rx_bytes"),
    ("grex_receive_errors_total", "stats.rx_errors"),
    ("grex_receive_drops_total", "stats.rx_dropped"),
    ("grex_transmit_packets_total", "stats.tx_packets"),
    ("grex_transmit_bytes_total", "stats.tx_bytes"),
    ("grex_transmit_errors_total", "stats.tx_errors"),
    ("grex_transmit_drops_total", "stats.tx_dropped"),
    ("grex_peer_flaps_total", "stats.keepalives.flaps"),
    ("grex_keepalive_requests_total", "stats.keepalives.sent"),
    ("grex_keepalive_replies_total", "stats.keepalives.answered"),
    ("grex_keepalive_rtt_last_seconds", "stats.keepalives.rtt_ns/1e9"),
    ("grex_keepalive_rtt_smoothed_seconds",
     "stats.keepalives.rtt_smoothed_ns/1e9"),
    ("grex_keepalive_rtt_min_seconds", "stats.keepalives.rtt_min_ns/1e9"),
    ("grex_keepalive_rtt_max_seconds", "stats.keepalives.rtt_max_ns/1e9"),
    ("grex_keepalive_jitter_seconds", "stats.keepalives.jitter_ns/1e9"),
    ("grex_keepalive_rtt_seconds_count", "stats.keepalives.answered"),
    ("grex_keepalive_rtt_seconds_sum", "stats.keepalives.rtt_sum_ns/1e9"),
    ("grex_probe_requests_total", "stats.probes.sent"),
    ("grex_probe_replies_total", "stats.probes.answered"),
)
# Time goes on between the two.
AGES = ("grex_path_mtu_age_seconds", "grex_receive_age_seconds",
        "grex_transmit_age_seconds", "grex_peer_state_age_seconds")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def member(tunnel, path):
    """A number of JSON by its path, None if there is none."""
    path, _, per = path.partition("/")
    for word in path.split("."):
        tunnel = tunnel and tunnel[word]
    return None if tunnel is None else float(tunnel) / float(per or 1)


def check_families(families):
    ktap.check("no family twice", "" if len({f.name for f in families}) ==
               len(families) else "some are")
    for family in families:
        wrong = []
        if not family.documentation:
            wrong.append("no help")
        if family.type not in ("gauge", "counter", "histogram"):
            wrong.append("a node exporter does not know %s" % family.type)
        if family.unit not in ("", "seconds", "bytes", "ratio"):
            wrong.append("unit %s" % family.unit)
        for sample in family.samples:
            if "device" not in sample.labels:
                wrong.append("a sample without a device")
        ktap.check(family.name, ", ".join(wrong))
    names = {f.name for f in families if f.type == "counter"}
    ktap.equal("every counter of the contract", [],
               [name for name in counter_names()
                if "grex_" + name not in names])


def check_tunnel(samples, tunnel):
    device = tunnel["ifname"]

    def value(name, **labels):
        labels["device"] = device
        return samples.get((name, tuple(sorted(labels.items()))))

    for name, path in SAME:
        expected, got = member(tunnel, path), value(name)
        if got is None and not expected:
            continue # nothing is known, no sample; or nothing was sent, 0
        if expected is None:
            expected = 0.0
        near = 60 if name in AGES else 1e-9
        ktap.check("%s of %s" % (name, device),
                   "" if got is not None and abs(got - expected) <= near
                   else "%s, not %s" % (got, expected))
    for name, expected in tunnel["stats"]["counters"].items():
        ktap.equal("%s of %s" % (name, device), float(expected),
                   value("grex_%s_total" % name))
    ktap.equal("state of %s" % device,
               {state: float(state == tunnel["peer"])
                for state in ("off", "down", "hold", "up")},
               {state: value("grex_peer_state", state=state)
                for state in ("off", "down", "hold", "up")})
    path = tunnel["path_mtu"]
    ktap.equal("source of the path MTU of %s" % device,
               [path and float(source == path["source"])
                for source in ("route", "icmp", "probes")],
               [value("grex_path_mtu_source", source=source)
                for source in ("route", "icmp", "probes")])
    ktap.equal("info of %s" % device, 1.0,
               value("grex_tunnel_info", local=tunnel["local"] or "any",
                     remote=tunnel["remote"] or "any"))


def check_histogram(samples, tunnel):
    device, asked = tunnel["ifname"], tunnel["stats"]["keepalives"]
    buckets = sorted((float(dict(labels)["le"]), number)
                     for (name, labels), number in samples.items()
                     if name == "grex_keepalive_rtt_seconds_bucket" and
                     dict(labels)["device"] == device)
    if not asked:
        ktap.equal("none of %s" % device, [], buckets)
        return
    ktap.equal("buckets of %s" % device,
               [sum(asked["rtt_buckets"][:i + 1]) for i in range(16)],
               [number for _, number in buckets])
    # None is in a bucket that it does not belong to.
    for bound, number in buckets:
        if asked["answered"] and bound < asked["rtt_min_ns"] / 1e9:
            ktap.equal("%s: none faster than the fastest" % device, 0.0,
                       number)
        if bound >= asked["rtt_max_ns"] / 1e9:
            ktap.equal("%s: none slower than the slowest" % device,
                       float(asked["answered"]), number)


def main():
    group, metrics, tunnels = sys.argv[1:]
    try:
        families = list(text_string_to_metric_families(read(metrics)))
    except ValueError as error:
        ktap.check("OpenMetrics", str(error))
        return
    if group == "valid":
        check_families(families)
        return
    samples = {(sample.name, tuple(sorted(sample.labels.items()))): sample.value
               for family in families for sample in family.samples}
    tunnels = json.loads(read(tunnels))
    ktap.equal("tunnels", sorted(t["ifname"] for t in tunnels),
               sorted(s.labels["device"] for f in families
                      for s in f.samples if f.name == "grex_carrier"))
    for tunnel in tunnels:
        if group == "values":
            check_tunnel(samples, tunnel)
        else:
            check_histogram(samples, tunnel)


main()
ktap.conclude()
