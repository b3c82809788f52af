"""Measures every peer and writes the tables. `run` installs what this needs and starts it."""

import argparse
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections import namedtuple
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOKEN_BYTES = 1500

# `few` and `many`: how many sends the two runs have whose difference is what one send costs.
Peer = namedtuple("Peer", "name command few many sends")


def peers(folder):
    """Every peer, in the order of the tables. The folder is where `run` built and installed them."""
    return [
        Peer("floor", [f"{folder}/floor"], 100, 1100, 20000),
        Peer("graph-message", [f"{folder}/graph-message"], 100, 1100, 20000),
        Peer("ureq", [f"{folder}/ureq/release/peer-ureq"], 100, 1100, 20000),
        Peer("libcurl", [f"{folder}/libcurl"], 100, 1100, 20000),
    ]


def free_ports(number):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Server:
    """nginx, which answers every send with 202, and counts."""

    PORTS = ["PLAIN", "TLS", "DELAYED", "ONCE", "STATUS"]

    def __init__(self, folder):
        self.folder = folder
        self.ports = dict(zip(self.PORTS, free_ports(len(self.PORTS))))
        text = (HERE / "nginx.conf").read_text().replace("@FOLDER@", str(folder))
        for name, port in self.ports.items():
            text = text.replace(f"@{name}@", str(port))
        (folder / "nginx.conf").write_text(text)
        self.wrong = folder / "wrong.log"
        self.wrong.write_text("")
        self.resumed = folder / "resumed.log"
        self.resumed.write_text("")
        environment = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin"}
        # -e: the log of what goes wrong before the configuration is read.
        command = ["nginx", "-e", folder / "error.log", "-p", folder, "-c", folder / "nginx.conf"]
        self.process = subprocess.Popen(command, env=environment)
        for _ in range(100):
            try:
                self.requests()
                return
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.05)
        sys.exit(f"nginx did not start: see {folder}/error.log")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def url(self, port):
        scheme = "https" if port in ("TLS", "ONCE") else "http"
        return f"{scheme}://127.0.0.1:{self.ports[port]}/v1.0"

    def requests(self):
        """How many requests it has answered; asking is not counted."""
        self.asked = getattr(self, "asked", 0)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{self.ports['STATUS']}/", timeout=10) as reply:
            seen = int(reply.read().split()[9])
        self.asked += 1
        return seen - self.asked


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
            "SSL_CERT_FILE": ca, "REQUESTS_CA_BUNDLE": ca, "NODE_EXTRA_CA_CERTS": ca,
        }

    def run(self, peer, count, threads=1, port="PLAIN", under=(), more=()):
        """One fresh process; what it printed, its standard error and how long it lived."""
        command = [*under, *peer.command, self.server.url(port), self.token, str(count), str(threads), *more]
        before = self.server.requests()
        began = time.perf_counter_ns()
        done = subprocess.run([str(word) for word in command], env=self.environment, cwd=self.folder,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
        lived = time.perf_counter_ns() - began
        if done.returncode:
            sys.exit(f"{peer.name} failed: {' '.join(map(str, command))}\n{done.stdout}{done.stderr[-2000:]}")
        answered = self.server.requests() - before
        wrong = self.server.wrong.read_text()
        if wrong or answered != count + threads:
            sys.exit(f"{peer.name}: {answered} requests for {count + threads} sends; not accepted: {wrong[:500] or 'none'}")
        return json.loads(done.stdout.strip().splitlines()[-1]), done.stderr, lived

    def per_send(self, peer, measure, port):
        few, many = (measure(peer, count, port) for count in (peer.few, peer.many))
        return (many - few) / (peer.many - peer.few)

    def instructions(self, peer, port="DELAYED"):
        """Instructions in user mode, counted by valgrind."""
        def measure(peer, count, port):
            under = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
            err = self.run(peer, count, port=port, under=under)[1]
            return int(re.search(r"Collected : (\d+)", err).group(1))
        return self.per_send(peer, measure, port)

    def system_calls(self, peer, port="DELAYED"):
        """System calls of all threads, counted by strace."""
        def measure(peer, count, port):
            counted = self.folder / "strace"
            self.run(peer, count, port=port, under=["strace", "-f", "-c", "-U", "calls,name", "-o", counted])
            rows = (line.split() for line in counted.read_text().splitlines())
            return sum(int(row[0]) for row in rows if len(row) == 2 and row[0].isdigit() and row[1] != "total")
        return self.per_send(peer, measure, port)


def table(head, rows):
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def quick(bench, everyone):
    """What a change to the code moves: the four native peers, over plain HTTP."""
    rounds = {peer.name: [] for peer in everyone}
    for _ in range(5):
        for peer in everyone:
            rounds[peer.name].append(bench.run(peer, peer.sends)[0])
    rows = []
    for peer in everyone:
        wall, cpu, user = (statistics.median(each[key] for each in rounds[peer.name]) / peer.sends / 1e3
                           for key in ("wall_ns", "cpu_ns", "user_ns"))
        rows.append([peer.name, bench.instructions(peer), bench.system_calls(peer), cpu, user, wall])
    floor = rows[0]
    print(table(["peer", "instructions", "system calls", "CPU µs", "of it user µs", "wall µs", "CPU / floor", "wall / floor"], [
        [name, f"{instructions:.0f}", f"{calls:.2f}", f"{cpu:.1f}", f"{user:.1f}", f"{wall:.1f}",
         f"{cpu / floor[3]:.2f}", f"{wall / floor[5]:.2f}"] for name, instructions, calls, cpu, user, wall in rows]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", required=True, type=Path)
    parser.add_argument("--revision", default="an unknown commit")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    with Server(options.folder) as server:
        quick(Bench(options.folder, server), peers(options.folder))


main()
