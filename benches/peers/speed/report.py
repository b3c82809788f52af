"""Writes the tables: results.md, from what measure.py found."""

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
OURS, FLOOR, UREQ, LIBCURL = "graph-message", "floor", "ureq", "libcurl"


def table(head, rows):
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def number(value):
    """Three digits, or all before the point."""
    if value is None:
        return "not measured"
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def quick_table(found):
    floor = found[FLOOR]["PLAIN"]
    return table(
        ["peer", "instructions", "system calls", "CPU µs", "of it user µs", "wall µs", "CPU / floor", "wall / floor",
         "CPU over TLS µs"],
        [[name, f"{of['instructions']:.0f}", f"{of['system_calls']:.2f}", f"{of['PLAIN']['cpu_us']:.1f}",
          f"{of['PLAIN']['user_us']:.1f}", f"{of['PLAIN']['wall_us']:.1f}", f"{of['PLAIN']['cpu_us'] / floor['cpu_us']:.2f}",
          f"{of['PLAIN']['wall_us'] / floor['wall_us']:.2f}", f"{of['TLS']['cpu_us']:.1f}"] for name, of in found.items()])


# What each column of the tables shows: its head, and how it is taken from a peer's figures.
COLUMNS = [
    ("instructions", lambda of: of["instructions"]),
    ("system calls", lambda of: of["system_calls"]),
    ("CPU µs", lambda of: of["PLAIN"]["cpu_us"]),
    ("CPU µs, TLS", lambda of: of["TLS"]["cpu_us"]),
    ("wall µs", lambda of: of["PLAIN"]["wall_us"]),
    ("wall µs, TLS", lambda of: of["TLS"]["wall_us"]),
    ("peak RSS kB, TLS", lambda of: of["TLS"]["rss_kb"]),
    ("first send ms", lambda of: of["first_ms"]["PLAIN"]),
    ("first send ms, TLS", lambda of: of["first_ms"]["TLS"]),
    ("on disk kB", lambda of: of["bytes"] / 1000),
]


def values(of):
    found = []
    for _, take in COLUMNS:
        try:
            found.append(take(of))
        except KeyError:
            found.append("TLS only")
    return found


def ratios(peers):
    ours = values(peers[OURS])

    def cell(value, base):
        if not isinstance(value, (int, float)) or not isinstance(base, (int, float)) or not base:
            return value or "not measured"
        return f"{value / base:.2g}" if value < 10 * base else number(round(value / base))
    rows = [[f"{name} {of['version']}", *map(cell, values(of), ours)] for name, of in peers.items()]
    return table(["peer", *(head for head, _ in COLUMNS)], rows)


def absolute(peers):
    rows = [[name, *(value if isinstance(value, str) else number(value) for value in values(of)), of["packages"]]
            for name, of in peers.items()]
    return table(["peer", *(head for head, _ in COLUMNS), "packages"], rows)


def latencies(peers, threads):
    rows = []
    for name, of in peers.items():
        cells = [" / ".join(number(value) for value in of["latency_us"][str(each)]) for each in threads]
        shown = name + (", over TLS" if "PLAIN" not in of else "")
        rows.append([shown, *cells, f"{of['spread'][str(threads[-1])]:.1f}"])
    head = ["peer", *(f"{each} at once, µs" for each in threads), f"p99 / p50 at {threads[-1]}"]
    return table(head, rows)


def targets(result):
    peers, cold = result["peers"], result["cold_ms"]
    if not {OURS, FLOOR, UREQ, LIBCURL} <= peers.keys():
        return ""
    ours, floor, ureq, curl = (peers[name] for name in (OURS, FLOOR, UREQ, LIBCURL))
    last = str(result["threads"][-1])
    samples = [kb for _, kb in result["million"]]
    growth = samples[-1] - samples[0]
    lines = [
        ("instructions / ureq's", ours["instructions"] / ureq["instructions"], 1.15, ""),
        ("instructions / libcurl's", ours["instructions"] / curl["instructions"], 0.2, ""),
        ("CPU / floor's", ours["PLAIN"]["cpu_us"] / floor["PLAIN"]["cpu_us"], 1.4, ""),
        ("wall / floor's", ours["PLAIN"]["wall_us"] / floor["PLAIN"]["wall_us"], 1.2, ""),
        ("system calls", ours["system_calls"], 6, ""),
        (f"p99 / p50 at {last}, against libcurl's", ours["spread"][last] / curl["spread"][last], 1, ""),
        ("CPU over TLS / libcurl's", ours["TLS"]["cpu_us"] / curl["TLS"]["cpu_us"], 0.6, ""),
        ("dlopen to first answer", cold[OURS]["PLAIN"], 3, " ms"),
        ("dlopen to first answer / libcurl's", cold[OURS]["PLAIN"] / cold[LIBCURL]["PLAIN"], 1 / 3, ""),
        ("shared library", result["library_bytes"] / 1e6, 2.5, " MB"),
        ("memory gained over a million sends", growth, 64, " kB"),
    ]
    rows = [[what, f"{number(is_)}{unit}" if is_ > 0 else f"{is_:g}{unit}", f"{most:.3g}{unit}", "yes" if is_ <= most else "**no**"]
            for what, is_, most, unit in lines]
    return table(["graph-message", "is", "at most", "met"], rows)


def report(result):
    peers, machine = result["peers"], result["machine"]
    resumed = ", ".join(f"{name} {of['resumed']}" for name, of in peers.items() if of.get("resumed") is not None)
    cold = [[name, number(of["PLAIN"]), number(of["TLS"])] for name, of in result["cold_ms"].items()]
    rss = ", ".join(f"{kb:,} kB at {part:.0%}" for part, kb in result["million"])
    parts = [
        "# Speed: results",
        f"Made by `benches/peers/speed/run` on {result['date']}, in {result['minutes']:.0f} minutes. README.md says what is "
        "measured, how, and what is fair and unfair about it.",
        f"Machine: {machine['cpu']}, {machine['cores']} cores, Linux {machine['kernel']}, {machine['distribution']}. "
        f"{'; '.join(machine['tools'])}; this library at {result['revision']}. Medians of {result['rounds']} interleaved "
        f"rounds, of {result['fresh_rounds']} for the first send.",
        "![CPU time, first send and size of each client](results.svg)",
        "## Multiples of graph-message",
        ratios(peers),
        "## The figures",
        "A send, one at a time; without *TLS* over plain HTTP.",
        absolute(peers),
        "## Latency",
        "p50 / p99 over plain HTTP, with 1 to 64 sends at once.",
        latencies(peers, result["threads"]),
        "## From dlopen to the first answer",
        table(["library", "plain HTTP, ms", "TLS, ms"], cold),
        "## TLS sessions",
        f"Of three connections after the first, so many resumed its session: {resumed}.",
        "## A million sends",
        f"Resident memory of graph-message: {rss}.",
        "## What this library holds itself to",
        targets(result),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


if __name__ == "__main__":
    (HERE / "results.md").write_text(report(json.loads(Path(sys.argv[1]).read_text())))
