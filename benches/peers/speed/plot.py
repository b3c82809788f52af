"""Draws results.svg from what measure.py found: plot.py RESULTS-JSON SVG."""

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter  # noqa: E402

LABELS = {
    "floor": "sockets and OpenSSL, bare",
    "graph-message": "graph-message (C)",
    "graph-message-python": "graph-message (Python)",
    "ureq": "ureq, bare (Rust)",
    "libcurl": "libcurl (C)",
    "graph-rs-sdk": "graph-rs-sdk (Rust)",
    "msgraph-sdk-python": "msgraph-sdk (Python)",
    "o365": "O365 (Python)",
    "msgraph-sdk-javascript": "microsoft-graph-client (Node)",
}
OURS, OTHERS, BARE = "#1f6fb4", "#8d99a6", "#c9d0d7"


def colour(name):
    if name.startswith("graph-message"):
        return OURS
    return BARE if name in ("floor", "ureq") else OTHERS


def microseconds(value):
    return f"{value / 1000:.3g} ms" if value >= 1000 else f"{value:.0f} µs"


def milliseconds(value):
    return f"{value / 1000:.3g} s" if value >= 1000 else f"{value:.3g} ms"


def size(value):
    for unit, power in (("GB", 1e9), ("MB", 1e6)):
        if value >= power:
            return f"{value / power:.3g} {unit}"
    return f"{value / 1e3:.0f} kB"


PANELS = [
    ("CPU time a send, over TLS 1.3", lambda of: of["TLS"]["cpu_us"], microseconds),
    ("First send of a process, over TLS 1.3", lambda of: of["first_ms"]["TLS"], milliseconds),
    ("Size on disk, runtime excluded", lambda of: of["bytes"], size),
]


def main():
    result = json.loads(Path(sys.argv[1]).read_text())
    peers = result["peers"]
    names = [name for name in LABELS if name in peers][::-1]
    # Two drawings of one result are the same.
    plt.rcParams.update({"svg.hashsalt": "speed", "font.size": 9})
    figure, axes = plt.subplots(1, len(PANELS), figsize=(11, 3.5), sharey=True, facecolor="white")
    for axis, (title, take, unit) in zip(axes, PANELS):
        found = [take(peers[name]) for name in names]
        bars = axis.barh([LABELS[name] for name in names], found, color=[colour(name) for name in names], height=0.68)
        axis.set_xscale("log")
        axis.set_xlim(10 ** (len(str(int(min(found)))) - 1) / 2, max(found) * 12)
        axis.bar_label(bars, [unit(value) for value in found], padding=3, fontsize=8.5)
        axis.set_title(title, fontsize=9.5, loc="left")
        axis.xaxis.set_major_locator(LogLocator(numticks=5))
        axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _, unit=unit: unit(value)))
        axis.xaxis.set_minor_formatter(NullFormatter())
        axis.grid(axis="x", color="#e4e8ec", linewidth=0.8)
        axis.set_axisbelow(True)
        axis.tick_params(axis="y", length=0)
        axis.tick_params(axis="x", which="both", colors="#5b6570", labelsize=8)
        for side in ("top", "right", "left"):
            axis.spines[side].set_visible(False)
    for label, name in zip(axes[0].get_yticklabels(), names):
        label.set_fontweight("bold" if name.startswith("graph-message") else "normal")
    machine = result["machine"]
    figure.text(0.995, 0.01, f"Less is better; logarithmic scales. One send at a time to nginx on loopback; {machine['cpu']}, "
                f"Linux {machine['kernel'].split('-')[0]}, {result['date']}.", ha="right", fontsize=7.5, color="#5b6570")
    figure.tight_layout(rect=(0, 0.03, 1, 1), w_pad=1.5)
    figure.savefig(sys.argv[2], metadata={"Date": None})


main()
