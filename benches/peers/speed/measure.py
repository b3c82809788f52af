"""Measures every peer and writes what was found as JSON, for report.py and plot.py. `run` installs what this needs."""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from report import quick_table
from server import Server

HERE = Path(__file__).resolve().parent
DUPLICATES = HERE.parent / "duplicates"
TOKEN_BYTES = 1500
THREADS = [1, 4, 16, 64]
ROUNDS = 5
FRESH_ROUNDS = 11
# The system's C library and what belongs to it, which every program has.
SYSTEM = re.compile(r"linux-vdso|ld-linux|lib(c|m|dl|rt|pthread|resolv|gcc_s)\.so")


@dataclass
class Peer:
    """One client. `few` and `many`: the sends of the two runs whose difference is what one send costs.

    This library remembers 4096 accepted ids, and forgets one with each send after that: `few` is beyond it.
    """

    name: str
    version: str
    command: list
    kind: str  # c, rust, python or node
    sends: int
    few: int = 4500
    many: int = 5500
    tls_only: bool = False

    @property
    def is_native(self):
        return self.kind in ("c", "rust")


def pinned(path, pattern):
    return re.search(pattern, path.read_text(), re.M).group(1)


def output(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True).stdout


def peers(folder):
    """Every peer, in the order of the tables. The folder is where `run` built and installed them."""
    installed = folder.parent
    ours = pinned(HERE.parents[2] / "include/graph_message.h", r'GRAPH_VERSION "([^"]+)"')

    def python(name, version, program, sends, few, many):
        return Peer(name, version, [installed / name / "bin/python", HERE / program], "python", sends, few, many)

    return [
        Peer("floor", "sockets, OpenSSL", [folder / "floor"], "c", 20000),
        Peer("graph-message", ours, [folder / "graph-message"], "c", 20000),
        python("graph-message-python", ours, "graph-message.py", 10000, 4500, 5000),
        Peer("ureq", pinned(HERE / "ureq/Cargo.toml", r'^ureq = .*"=([^"]+)"'), [folder / "ureq/release/peer-ureq"], "rust",
             20000),
        Peer("libcurl", output("curl-config", "--version").split()[1], [folder / "libcurl"], "c", 20000),
        Peer("graph-rs-sdk", pinned(HERE / "graph-rs-sdk/Cargo.toml", r'^graph-rs-sdk = .*"=([^"]+)"'),
             [folder / "graph-rs-sdk/release/peer-graph-rs-sdk"], "rust", 5000, tls_only=True),
        python("msgraph-sdk-python", pinned(DUPLICATES / "msgraph-sdk-python/requirements.txt", r"^msgraph-sdk==(.+)"),
               "msgraph-sdk-python.py", 1000, 20, 70),
        python("o365", pinned(DUPLICATES / "o365/requirements.txt", r"^o365==(.+)"), "o365.py", 40, 10, 40),
        Peer("msgraph-sdk-javascript",
             pinned(DUPLICATES / "msgraph-sdk-javascript/package.json", r'graph-client": "([^"]+)"'),
             ["node", HERE / "msgraph-sdk-javascript.mjs"], "node", 4000, 500, 1000, tls_only=True),
    ]


class Bench:
    """Runs peers against one server, and holds them to what they say."""

    def __init__(self, folder, server):
        self.folder, self.server = folder, server
        self.token = folder / "token"
        self.token.write_text("t" * TOKEN_BYTES + "\n")
        ca = f"{folder}/tls/ca.pem"
        # No proxies, and our certificate authority by the means that each documents.
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8",
            "MODULES": f"{folder.parent}/msgraph-sdk-javascript",
            "SSL_CERT_FILE": ca, "REQUESTS_CA_BUNDLE": ca, "NODE_EXTRA_CA_CERTS": ca,
        }

    def execute(self, name, command, sends, timeout=1200):
        """One fresh process, whose sends must all have been accepted; its output, its errors and how long it lived in ns."""
        before = self.server.requests()
        began = time.perf_counter_ns()
        done = subprocess.run([str(word) for word in command], env=self.environment, cwd=self.folder, timeout=timeout,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
        lived = time.perf_counter_ns() - began
        answered = self.server.requests() - before
        wrong = self.server.wrong.read_text()
        self.server.wrong.write_text("")
        if done.returncode or wrong or answered != sends:
            raise RuntimeError(f"{name}: exit {done.returncode}, {answered} requests for {sends} sends, not accepted: "
                               f"{wrong[:300] or 'none'}\n{' '.join(map(str, command))}\n{done.stderr[-2000:]}")
        return done.stdout, done.stderr, lived

    def run(self, peer, count, threads=1, port="PLAIN", under=(), more=()):
        """One fresh process of a peer; the JSON it printed, its errors and how long it lived in ns."""
        command = [*under, *peer.command, self.server.url(port), self.token, count, threads, *more]
        out, err, lived = self.execute(peer.name, command, count + threads)
        return json.loads(out.strip().splitlines()[-1]), err, lived

    def timed(self, peer, port):
        return self.run(peer, peer.sends, port=port)[0]

    def latencies(self, peer, threads, port):
        """The median and the 99th percentile in µs."""
        taken = self.folder / "latencies.json"
        self.run(peer, max(peer.sends // 2, 5 * threads), threads, port, more=[taken])
        found = sorted(json.loads(taken.read_text()))
        return [found[round(part * (len(found) - 1))] / 1e3 for part in (0.5, 0.99)]

    def per_send(self, peer, measure):
        few, many = measure(peer.few), measure(peer.many)
        return (many - few) / (peer.many - peer.few)

    def instructions(self, peer):
        """Instructions in user mode, counted by valgrind."""
        under = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
        if peer.kind == "node":
            under.append("--smc-check=all-non-file")

        def measure(count):
            err = self.run(peer, count, port=delayed(peer), under=under)[1]
            return int(re.search(r"Collected : (\d+)", err).group(1))
        return self.per_send(peer, measure)

    def system_calls(self, peer):
        """System calls of all threads, counted by strace."""
        counted = self.folder / "strace"

        def measure(count):
            self.run(peer, count, port=delayed(peer), under=["strace", "-f", "-c", "-U", "calls,name", "-o", counted])
            rows = (line.split() for line in counted.read_text().splitlines())
            return sum(int(row[0]) for row in rows if len(row) == 2 and row[0].isdigit() and row[1] != "total")
        return self.per_send(peer, measure)

    def cold(self, library, port):
        """From before dlopen to after the first answer, in a fresh process, in ms."""
        command = [self.folder / "cold", library, self.server.url(port), self.token]
        return int(self.execute(library, command, 1)[0]) / 1e6

    def resumed(self, peer):
        """How many of three further connections resumed the first one's TLS session."""
        self.server.resumed.write_text("")
        self.run(peer, 3, port="ONCE")
        return self.server.resumed.read_text().split().count("r")

    def million(self, peer, sends):
        """Resident memory in kB at each tenth of a million sends, read from outside, as [part of the sends, kB]."""
        before = self.server.requests()
        process = subprocess.Popen([*map(str, peer.command), self.server.url("PLAIN"), str(self.token), str(sends), "1"],
                                   env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        samples, pages = [], os.sysconf("SC_PAGE_SIZE") // 1024
        while len(samples) < 10 and process.poll() is None:
            done = self.server.requests() - before
            if done >= sends * (len(samples) + 1) // 11:
                resident = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1]) * pages
                samples.append([round(done / sends, 3), resident])
            time.sleep(0.05)
        if process.wait() or self.server.requests() - before != sends + 1 or self.server.wrong.read_text():
            raise RuntimeError(f"{peer.name}: not all of {sends} sends were accepted")
        return samples


def delayed(peer):
    return "DELAYED_TLS" if peer.tls_only else "DELAYED"


def ports(peer):
    return ["TLS"] if peer.tls_only else ["PLAIN", "TLS"]


def closure(program):
    """The shared libraries that a program loads, without the system's C library."""
    lines = output("ldd", program).splitlines()
    return [Path(found.group(1)).resolve() for line in lines
            if not SYSTEM.search(line) and (found := re.search(r"(/\S+) \(0x", line))]


def tree_size(folder, skip=()):
    return sum(path.stat().st_size for path in folder.rglob("*")
               if path.is_file() and not path.is_symlink() and not any(part in skip for part in path.parts)
               and path.suffix != ".pyc" and not path.name.startswith("distutils-precedence"))


def crates(manifest, *features):
    lines = output("cargo", "tree", "--locked", "--manifest-path", manifest, "--edges", "normal", "--prefix", "none",
                   "--format", "{p}", *features).splitlines()
    return len({line.split(" (")[0] for line in lines}) - 1


def on_disk(peer, folder):
    """Bytes beside the system's C library or the language's interpreter, and what they come in."""
    if peer.kind == "node":
        modules = folder.parent / "msgraph-sdk-javascript/node_modules"
        number = len(list(modules.glob("*/package.json"))) + len(list(modules.glob("@*/*/package.json")))
        return tree_size(modules), f"{number} npm"
    if peer.kind == "python":
        packages = next((folder.parent / peer.name / "lib").glob("python*/site-packages"))
        installers = {"pip", "setuptools", "_distutils_hack", "pkg_resources"}
        skip = installers | {path.name for path in packages.glob("*.dist-info") if path.name.split("-")[0] in installers}
        return tree_size(packages, skip), f"{len(set(packages.glob('*.dist-info')) - {packages / name for name in skip})} PyPI"
    program = peer.command[0]
    libraries = closure(program)
    size = program.stat().st_size + sum(library.stat().st_size for library in libraries)
    if peer.kind == "rust":
        return size, f"{crates(HERE / peer.name / 'Cargo.toml')} crates"
    if peer.name == "graph-message":
        return size, f"1 library of {crates(HERE.parents[2] / 'Cargo.toml', '--package', 'graph-message')} crates"
    return size, f"{len(libraries)} libraries"


def progress(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def medians(dictionaries):
    return {key: statistics.median(each[key] for each in dictionaries) for key in dictionaries[0]}


def time_rounds(bench, everyone, rounds, with_latencies=True):
    """Interleaved runs: a machine that is busier for a while is so for all."""
    times = {peer.name: {port: [] for port in ports(peer)} for peer in everyone}
    latencies = {peer.name: {threads: [] for threads in THREADS} for peer in everyone}
    for number in range(rounds):
        progress(f"times, round {number + 1} of {rounds}")
        for port in ("PLAIN", "TLS"):
            for peer in everyone:
                if port in ports(peer):
                    times[peer.name][port].append(bench.timed(peer, port))
        for threads in THREADS if with_latencies else []:
            for peer in everyone:
                latencies[peer.name][threads].append(bench.latencies(peer, threads, ports(peer)[0]))
    found = {}
    for peer in everyone:
        figures = {port: medians(runs) for port, runs in times[peer.name].items()}
        found[peer.name] = {
            port: {"wall_us": run["wall_ns"] / run["sends"] / 1e3, "cpu_us": run["cpu_ns"] / run["sends"] / 1e3,
                   "user_us": run["user_ns"] / run["sends"] / 1e3, "rss_kb": run["rss_kb"]}
            for port, run in figures.items()}
        if with_latencies:
            found[peer.name]["latency_us"] = {
                str(threads): [statistics.median(run[at] for run in runs) for at in (0, 1)]
                for threads, runs in latencies[peer.name].items()}
            found[peer.name]["spread"] = {
                str(threads): statistics.median(run[1] / run[0] for run in runs)
                for threads, runs in latencies[peer.name].items()}
    return found


def first_rounds(bench, everyone, libraries, rounds):
    """Fresh processes that send once: their whole lives, and for the C libraries from dlopen to the answer."""
    lives = {peer.name: {port: [] for port in ports(peer)} for peer in everyone}
    cold = {name: {port: [] for port in ("PLAIN", "TLS")} for name in libraries}
    for number in range(rounds):
        progress(f"first sends, round {number + 1} of {rounds}")
        for port in ("PLAIN", "TLS"):
            for peer in everyone:
                if port in ports(peer):
                    lives[peer.name][port].append(bench.run(peer, 0, port=port)[2] / 1e6)
            for name, library in libraries.items():
                cold[name][port] += [bench.cold(library, port) for _ in range(3)]
    return [{name: {port: statistics.median(runs) for port, runs in of.items()} for name, of in figures.items()}
            for figures in (lives, cold)]


def counted(bench, peer, count):
    """A figure, or why there is none."""
    try:
        return count(peer)
    except (RuntimeError, subprocess.TimeoutExpired, AttributeError) as error:
        progress(f"not measured: {peer.name}: {error}")
        return None


def machine():
    cpu = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
    nginx = subprocess.run(["nginx", "-v"], env={**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin"},
                           capture_output=True, text=True).stderr.split("/")[-1].strip()
    return {
        "cpu": cpu, "cores": os.cpu_count(), "kernel": platform.release(), "distribution": platform.freedesktop_os_release()["PRETTY_NAME"],
        "tools": [f"nginx {nginx}", f"OpenSSL {output('openssl', 'version').split()[1]}", f"Python {platform.python_version()}",
                  f"Node {output('node', '--version').strip()}", output("rustc", "--version").split(" (")[0],
                  output("cc", "--version").splitlines()[0], output("valgrind", "--version").strip().replace("-", " "),
                  output("strace", "--version").splitlines()[0].replace(" -- version", "")],
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", required=True, type=Path)
    parser.add_argument("--revision", default="an unknown commit")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="", help="names of peers, with commas between")
    options = parser.parse_args()
    folder = options.folder
    everyone = [peer for peer in peers(folder) if not options.only or peer.name in options.only.split(",")]
    began = time.monotonic()
    with Server(folder) as server:
        bench = Bench(folder, server)
        if options.quick:
            native = [peer for peer in everyone if peer.is_native and peer.name != "graph-rs-sdk"]
            found = time_rounds(bench, native, ROUNDS, with_latencies=False)
            for peer in native:
                found[peer.name]["instructions"] = bench.instructions(peer)
                found[peer.name]["system_calls"] = bench.system_calls(peer)
            print(quick_table(found))
            return
        found = time_rounds(bench, everyone, ROUNDS)
        libraries = {"graph-message": folder / "libgraph_message.so.1", "libcurl": "libcurl.so.4"}
        lives, cold = first_rounds(bench, everyone, libraries, FRESH_ROUNDS)
        for peer in everyone:
            progress(f"instructions and system calls of {peer.name}")
            figures = found[peer.name]
            figures["version"], figures["kind"] = peer.version, peer.kind
            figures["first_ms"] = lives[peer.name]
            figures["bytes"], figures["packages"] = on_disk(peer, folder)
            figures["system_calls"] = counted(bench, peer, bench.system_calls)
            figures["instructions"] = counted(bench, peer, bench.instructions)
            if peer.name != "floor":
                figures["resumed"] = counted(bench, peer, bench.resumed)
        progress("a million sends")
        ours = next((peer for peer in everyone if peer.name == "graph-message"), None)
        million = bench.million(ours, 1_000_000) if ours else []
    library = folder / "libgraph_message.so.1"
    result = {
        "date": time.strftime("%Y-%m-%d"), "minutes": (time.monotonic() - began) / 60, "revision": options.revision,
        "machine": machine(), "rounds": ROUNDS, "fresh_rounds": FRESH_ROUNDS, "threads": THREADS,
        "library_bytes": library.stat().st_size, "cold_ms": cold, "million": million, "peers": found,
    }
    (folder / "results.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    try:
        main()
    except RuntimeError as error:
        sys.exit(str(error))
