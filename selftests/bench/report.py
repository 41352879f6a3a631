#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""report.py FOLDER KERNEL RELEASE: what FOLDER/measured and FOLDER/keepalives
(guest.sh) say.

Prints a table, bars and KTAP; writes results.json and chart.svg into FOLDER.
Status 1 if grex costs more than the limit of a row, or if many tunnels cost it
more than 5 % over one.
"""

import collections
import json
import os
import sys
from xml.sax.saxutils import escape

MODULES = ("ip_gre", "grex")
# HERD_LIMIT: the largest number of keepalives in 100 ms, relative to the mean
HERD_LIMIT = 1.5
# SCALE_LIMIT: the largest cost of many tunnels, relative to one
SCALE_LIMIT = 1.05
# MSS_LIMIT: how many instructions "mss auto" may cost for a packet that is not a SYN
MSS_LIMIT = 64

# Row: a name, a title, the row of guest.sh, the row that is subtracted, and the largest
# ratio of grex to ip_gre on 6.1; it is 1 on other kernels
Row = collections.namedtuple("Row", "name title measured base limit", defaults=(1,))

COST = "What the tunnel adds, one tunnel with key"
COST_ROWS = (
    Row("encap", "encapsulate", "encap", "forward", 0.7),
    Row("decap", "decapsulate", "tunnels-1", "receive", 0.62),
    Row("both", "both, across a veth", "across", "across-plain", 0.65),
    Row("both-ether", "both, Ethernet", "across-ether", "across-plain", 0.65),
    Row("both-ipv6", "both, over IPv6", "across-ipv6", "across-plain", 0.65),
    Row("both-ipv6-ether", "both, Ethernet over IPv6", "across-ipv6-ether", "across-plain", 0.65),
    Row("encap-csum", "encapsulate, checksum", "encap-csum", "forward", 0.71),
    Row("decap-csum", "decapsulate, checksum", "decap-csum", "receive", 0.64),
    Row("encap-inherit", "encapsulate, tos inherit", "encap-inherit", "forward", 0.57),
    Row("encap-dscp", "the same, inner tos 0x28", "encap-dscp", "forward", 0.97),
)
TOTAL = "Receive, decapsulate and forward, in all"
TOTAL_ROWS = (
    Row("tunnels-1", "1 tunnel", "tunnels-1", None),
    Row("tunnels-1000", "1,000 tunnels", "tunnels-1000", None),
    Row("tunnels-10000", "10,000 tunnels", "tunnels-10000", None),
    Row("keys-10000", "10,000 keys, one remote", "keys-10000", None),
)
GROUPS = ((COST, COST_ROWS), (TOTAL, TOTAL_ROWS))
ROWS = COST_ROWS + TOTAL_ROWS


class Cost:
    """Instructions per packet of one module in one row: mean of all rounds."""

    def __init__(self, rounds):
        self.rounds = rounds
        self.mean = sum(rounds) / len(rounds)
        self.spread = (max(rounds) - min(rounds)) / self.mean


def read_measured(path):
    """(module, row) to a list of values, one of each round."""
    measured = collections.defaultdict(list)
    with open(path, encoding="ascii") as lines:
        for line in lines:
            module, _, row, value = line.split()
            measured[module, row].append(float(value))
    return measured


Keepalives = collections.namedtuple(
    "Keepalives", "tunnels interval_ms probes seconds busy_ns base_ns mean peak")


def read_keepalives(path):
    with open(path, encoding="ascii") as lines:
        return [Keepalives(*map(float, line.split())) for line in lines]


def per_probe(run):
    return (run.busy_ns - run.base_ns) / run.probes


def share(run):
    """Of a processor that executes 10^9 instructions a second, in percent."""
    return (run.busy_ns - run.base_ns) / run.seconds / 1e9 * 100


MSS_ROWS = (
    Row("mss-segment", "a TCP segment", "segment-mss", "segment"),
    Row("mss-datagram", "a UDP packet", "datagram-mss", "tunnels-1"),
)


def print_mss(costs):
    print("\nWhat \"mss auto\" adds to a packet that is no SYN, instructions")
    for row in MSS_ROWS:
        print(f"  {row.title:<38}{costs['grex', row.name].mean:>10.0f}")


def judge_mss(costs):
    for row in MSS_ROWS:
        value = costs["grex", row.name].mean
        yield row.name, f"{value:.0f} instructions, limit {MSS_LIMIT}", value <= MSS_LIMIT


# name, title and row of guest.sh; relative to the first row, SCALE_LIMIT at most
IPV6_ROWS = (
    ("ipv6-1", "1 tunnel"),
    ("ipv6-1000", "1,000 tunnels"),
    ("ipv6-10000", "10,000 tunnels"),
)


def ipv6_costs(measured):
    """(name, title, cost, cost relative to one tunnel) of what was measured."""
    one = Cost(measured["grex", "ipv6-1"]).mean
    for name, title in IPV6_ROWS:
        if ("grex", name) in measured:
            mean = Cost(measured["grex", name]).mean
            yield name, title, mean, mean / one


def print_ipv6(measured):
    print("\nReceive over IPv6, decapsulate and forward, in all, instructions")
    for _, title, mean, relative in ipv6_costs(measured):
        print(f"  {title:<38}{mean:>10.0f}{relative:>8.3f}")


def judge_ipv6(measured):
    for name, _, _, relative in ipv6_costs(measured):
        yield (f"{name}-scale", f"{relative:.3f} of one tunnel, limit {SCALE_LIMIT}",
               relative <= SCALE_LIMIT)


# name, title, row of guest.sh, the largest ratio of beside to native. The first hook at
# LOCAL_IN costs the kernel about 100 instructions, whatever it does. Where a firewall has
# hooks there, another one costs half of that.
BESIDE_ROWS = (
    ("beside-decap", "receive, decapsulate and forward", "tunnels-1", 1.10),
    ("beside-local", "a UDP packet to this machine", "local", 1.025),
    ("beside-local-filter", "the same, firewall and conntrack", "local-filter", 1.01),
)


def pair(measured, row):
    """The cost in native mode and beside ip_gre."""
    return [Cost(measured[module, row]).mean for module in ("grex", "beside")]


def print_beside(measured):
    print(f"\n{'In native mode, and beside ip_gre':<40}{'native':>10}{'beside':>10}{'ratio':>8}")
    for _, title, row, _ in BESIDE_ROWS:
        native, beside = pair(measured, row)
        print(f"  {title:<38}{native:>10.0f}{beside:>10.0f}{beside / native:>8.3f}")


def judge_beside(measured):
    for name, _, row, limit in BESIDE_ROWS:
        native, beside = pair(measured, row)
        yield (name, f"{beside / native:.3f} of native mode, limit {limit}",
               beside <= native * limit)


def print_keepalives(runs):
    print("\nKeepalives, sent, answered and received by one machine: instructions per probe,"
          "\nand the share of a processor with 10^9 a second; how many go out in 100 ms")
    print(f"{'':<40}{'probes/s':>10}{'each':>8}{'share':>8}{'mean':>8}{'peak':>6}")
    for run in runs:
        title = f"{run.tunnels:,.0f} tunnels, every {run.interval_ms:,.0f} ms"
        print(f"  {title:<38}{run.probes / run.seconds:>10.0f}{per_probe(run):>8.0f}"
              f"{share(run):>7.2f}%{run.mean:>8.1f}{run.peak:>6.0f}")


def cost(measured, module, row):
    values = measured[module, row.measured]
    if row.base:
        bases = measured[module, row.base]
        values = [value - base for value, base in zip(values, bases)]
    return Cost(values)


def rows_in(costs, rows):
    """Those of the rows that were measured."""
    return [row for row in rows if ("grex", row.name) in costs]


def ratio(costs, row):
    return costs["grex", row.name].mean / costs["ip_gre", row.name].mean


def judge(costs, kernel):
    """(name, sentence, passed) of each gate; passed is None for what was not measured."""
    for row in rows_in(costs, ROWS):
        value = ratio(costs, row)
        limit = row.limit if kernel == "6.1" else 1
        yield row.name, f"{value:.3f} of ip_gre, limit {limit}", value <= limit
    one = costs["grex", "tunnels-1"].mean
    for row in rows_in(costs, TOTAL_ROWS[1:]):
        value = costs["grex", row.name].mean / one
        text = f"{value:.3f} of grex with one tunnel, limit {SCALE_LIMIT}"
        yield f"{row.name}-scale", text, value <= SCALE_LIMIT
    for row in ROWS:
        if row not in rows_in(costs, ROWS):
            yield row.name, "left out by --quick", None


def judge_keepalives(runs):
    for run in runs:
        text = f"{run.peak:.0f} in the worst 100 ms, {run.mean:.1f} on average, limit {HERD_LIMIT}"
        yield f"keepalives-{run.tunnels:.0f}-spread", text, run.peak <= run.mean * HERD_LIMIT


def print_table(costs):
    print(f"{'instructions per packet':<40}{'ip_gre':>10}{'grex':>10}{'ratio':>8}{'spread':>9}")
    for title, rows in GROUPS:
        print(f"{title}:")
        for row in rows_in(costs, rows):
            pair = [costs[module, row.name] for module in MODULES]
            spread = max(each.spread for each in pair)
            print(f"  {row.title:<38}{pair[0].mean:>10.0f}{pair[1].mean:>10.0f}"
                  f"{ratio(costs, row):>8.3f}{spread:>8.2%}")
    print("The spread is that between rounds, of the worse module; a single round has none.")


def print_bars(costs, width=44):
    for title, rows in GROUPS:
        rows = rows_in(costs, rows)
        print(f"\n{title}, instructions per packet")
        longest = max(costs[module, row.name].mean for row in rows for module in MODULES)
        for row in rows:
            for module, ink in zip(MODULES, "-#"):
                value = costs[module, row.name].mean
                bar = ink * max(1, round(value / longest * width))
                label = row.title if module == MODULES[0] else ""
                print(f"{label:<25}{module:>7} {bar} {value:.0f}")


def print_ktap(verdicts):
    print(f"\nKTAP version 1\n1..{len(verdicts)}")
    for number, (name, text, passed) in enumerate(verdicts, 1):
        if passed is None:
            print(f"ok {number} {name} # SKIP {text}")
        else:
            print(f"{'ok' if passed else 'not ok'} {number} {name}: {text}")


def tally(verdicts):
    words = {True: "pass", False: "fail", None: "skip"}
    path = os.environ.get("GREX_TALLY")
    if not path:
        return
    with open(path, "a", encoding="utf-8") as out:
        for name, text, passed in verdicts:
            out.write(f"bench {words[passed]} {name}: {text}\n")


def as_json(costs, runs, verdicts, kernel, release):
    rows = []
    for row in rows_in(costs, ROWS):
        each = {"name": row.name, "title": row.title, "minus": row.base}
        for module in MODULES:
            of = costs[module, row.name]
            each[module] = {
                "mean": round(of.mean, 1),
                "rounds": [round(value, 1) for value in of.rounds],
            }
        each["ratio"] = round(ratio(costs, row), 4)
        rows.append(each)
    mss = {row.name: round(costs["grex", row.name].mean, 1) for row in MSS_ROWS}
    gates = [{"name": name, "text": text, "pass": passed} for name, text, passed in verdicts]
    return {
        "kernel": kernel,
        "release": release,
        "unit": "instructions per packet",
        "inner_packet_bytes": 60,
        "rows": rows,
        "mss_auto_adds": mss,
        "keepalives": [{**run._asdict(), "instructions_per_probe": round(per_probe(run)),
                        "percent_of_1e9": round(share(run), 3)} for run in runs],
        "gates": gates,
    }


# --- the chart ----------------------------------------------------------------

INK = "#222"
FAINT = "#ddd"
COLOURS = {"ip_gre": "#9aa5b1", "grex": "#1f6feb"}
LEFT, PLOT, RIGHT = 210, 560, 90
BAR, ROW_STEP = 13, 40


def nice_step(longest):
    """A round distance between grid lines: 4 to 8 of them."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if longest / (step * factor) <= 8:
                return step * factor
        step *= 10


def text(x, y, words, anchor="start", size=12, weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"'
            f' font-weight="{weight}" fill="{INK}">{escape(words)}</text>')


def panel(costs, title, rows, top):
    """One group of bars from y = top; its lines of SVG, and where it ends."""
    longest = max(costs[module, row.name].mean for row in rows for module in MODULES)
    step = nice_step(longest)
    first = top + 22
    bottom = first + len(rows) * ROW_STEP

    def x_of(value):
        return LEFT + value / longest * PLOT

    out = [text(LEFT, top, title, size=14, weight="bold")]
    mark = 0
    while mark <= longest:
        out.append(f'<line x1="{x_of(mark):.1f}" y1="{first - 8}" x2="{x_of(mark):.1f}"'
                   f' y2="{bottom}" stroke="{FAINT}"/>')
        out.append(text(x_of(mark), bottom + 15, f"{mark:,}", "middle", 11))
        mark += step
    out.append(text(LEFT + PLOT / 2, bottom + 34, "instructions per packet", "middle", 12))
    for index, row in enumerate(rows):
        y = first + index * ROW_STEP
        out.append(text(LEFT - 10, y + BAR + 4, row.title, "end"))
        for place, module in enumerate(MODULES):
            value = costs[module, row.name].mean
            words = f"{value:,.0f}"
            if module == "grex":
                words += f"  ({ratio(costs, row):.2f})"
            at = y + place * (BAR + 1)
            out.append(f'<rect x="{LEFT}" y="{at}" width="{x_of(value) - LEFT:.1f}"'
                       f' height="{BAR}" fill="{COLOURS[module]}"/>')
            out.append(text(x_of(value) + 5, at + BAR - 2.5, words, size=11))
    out.append(f'<line x1="{LEFT}" y1="{first - 8}" x2="{LEFT}" y2="{bottom}" stroke="{INK}"/>')
    return out, bottom + 74


def as_svg(costs, release):
    width = LEFT + PLOT + RIGHT
    lines = [text(20, 32, f"grex and ip_gre on Linux {release}", size=18, weight="bold"),
             text(20, 52, "60-byte packets inside, less is better; in brackets: grex / ip_gre")]
    for place, module in enumerate(MODULES):
        x = width - 190 + place * 90
        lines.append(f'<rect x="{x}" y="20" width="14" height="14" fill="{COLOURS[module]}"/>')
        lines.append(text(x + 20, 32, module, size=13))
    top = 92
    for title, rows in GROUPS:
        drawn, top = panel(costs, title, rows_in(costs, rows), top)
        lines += drawn
    height = top - 30
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" font-family="sans-serif">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        *lines, "</svg>", ""])


def main():
    folder, kernel, release = sys.argv[1:]
    measured = read_measured(os.path.join(folder, "measured"))
    runs = read_keepalives(os.path.join(folder, "keepalives"))
    costs = {(module, row.name): cost(measured, module, row) for module in MODULES
             for row in ROWS + MSS_ROWS if (module, row.measured) in measured}
    verdicts = [*judge(costs, kernel), *judge_mss(costs), *judge_beside(measured),
                *judge_ipv6(measured), *judge_keepalives(runs)]
    with open(os.path.join(folder, "results.json"), "w", encoding="utf-8") as out:
        json.dump(as_json(costs, runs, verdicts, kernel, release), out, indent=2)
        out.write("\n")
    with open(os.path.join(folder, "chart.svg"), "w", encoding="utf-8") as out:
        out.write(as_svg(costs, release))
    print_table(costs)
    print_bars(costs)
    print_mss(costs)
    print_beside(measured)
    print_ipv6(measured)
    print_keepalives(runs)
    print_ktap(verdicts)
    tally(verdicts)
    return 1 if any(passed is False for _, _, passed in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
