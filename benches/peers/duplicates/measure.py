"""Plays the faults against each peer and writes the tables. `run` installs what this needs and starts it."""

import argparse
import datetime
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from relay import Relay

HERE = Path(__file__).resolve().parent
TOKEN = "user-token"
CAP_S = 130  # for one run; a peer that has not answered by then is ended
LATE_MS = 300
QUIET_S = 0.5  # so long nothing more may happen before a run counts as over
LAGS_MS = [0, 2000, 10000]
WORKERS = 8

Peer = namedtuple("Peer", "name version command")
Fault = namedtuple("Fault", "name rule leaves text")
Run = namedtuple("Run", "peer fault lag_ms word left sends seconds why")


def send(do, times=1, **more):
    return {"on": "send", "do": do, "times": times, **more}


def connection(do):
    return {"on": "connection", "do": do, "times": 1}


# times 0 is every time. `leaves`: whether the request that is hit is accepted.
FAULTS = [
    Fault("none", None, True, "no fault"),
    Fault("accept-504", send("accept-then-504"), True, "accepted, then 504"),
    Fault("accept-504-always", send("accept-then-504", 0), True, "accepted, then 504; every time"),
    Fault("504", send("504"), False, "504, not accepted"),
    Fault("504-always", send("504", 0), False, "504, not accepted; every time"),
    Fault("accept-503", send("accept-then-503", retry_after="1"), True, "accepted, then 503 with Retry-After: 1"),
    Fault("503", send("503", retry_after="1"), False, "503 with Retry-After: 1, not accepted"),
    Fault("accept-500", send("accept-then-500"), True, "accepted, then 500"),
    Fault("accept-reset", send("accept-then-reset"), True, "accepted, then a reset"),
    Fault("reset-on-connect", connection("reset-on-connect"), False, "a reset in place of TLS"),
    Fault("reset-before-reading", connection("reset-before-reading"), False, "a reset before the request is read"),
    Fault("accept-close", send("accept-then-close"), True, "accepted, then the connection is closed"),
    Fault("accept-hang", send("accept-then-hang"), True, "accepted, then silence"),
    Fault("202-retry-after", send("202-with-retry-after", 0, retry_after="1"), True,
          "202 with Retry-After: 1; every time"),
    Fault("202-retry-after-once", send("202-with-retry-after", retry_after="1"), True,
          "202 with Retry-After: 1; then normal"),
    Fault("429", send("429", retry_after="1"), False, "429 with Retry-After: 1"),
    Fault("accept-html-502", send("accept-then-html-502"), True, "accepted, then a gateway's 502 page"),
    Fault("html-502", send("html-502"), False, "a gateway's 502 page, not accepted"),
    Fault("login-page", send("200-login-page"), False, "200 with a login page, not accepted"),
    Fault("accept-cut", send("accept-then-cut"), True, "accepted, then a reply that breaks off"),
    Fault("504-accept", send("504-then-accept", delay_ms=LATE_MS), True, f"504, and accepted {LATE_MS} ms later"),
]


def pinned(path, pattern):
    return re.search(pattern, (HERE / path).read_text(), re.M).group(1)


def peers(folder, library):
    """Every peer, in the order of the tables. The folder is where `run` installed them."""
    root = HERE.parents[2]
    rust = pinned("graph-rs-sdk/Cargo.toml", r'^graph-rs-sdk = .*"=([^"]+)"')
    ours = pinned(root / "include/graph_message.h", r'GRAPH_VERSION "([^"]+)"')
    rust_program = [f"{folder}/graph-rs-sdk/debug/peer-graph-rs-sdk"]
    return [
        Peer("graph-message", ours, [library]),
        Peer("msgraph-sdk-python", pinned("msgraph-sdk-python/requirements.txt", r"^msgraph-sdk==(.+)"),
             [f"{folder}/msgraph-sdk-python/bin/python", HERE / "msgraph-sdk-python/send.py"]),
        Peer("msgraph-sdk-javascript", pinned("msgraph-sdk-javascript/package.json", r'graph-client": "([^"]+)"'),
             ["node", HERE / "msgraph-sdk-javascript/send.mjs"]),
        Peer("o365", pinned("o365/requirements.txt", r"^o365==(.+)"),
             [f"{folder}/o365/bin/python", HERE / "o365/send.py"]),
        Peer("graph-rs-sdk", rust, rust_program),
        Peer("graph-rs-sdk-retry", rust, rust_program),
    ]


class Emulator:
    """An emulator of one run."""

    def __init__(self, program, lag_ms):
        command = [program, "--port", "0", "--quiet", "--move-delay-ms", str(lag_ms), "--ids-on-move", "change"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.base_url = self.process.stdout.readline().strip()
        self.address = re.fullmatch(r"http://(127\.0\.0\.1):(\d+)/v1\.0", self.base_url).groups()
        self.address = self.address[0], int(self.address[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def ask(self, path, body=None, headers=()):
        url = "http://{}:{}{}".format(*self.address, path)
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {"Content-Type": "application/json", **dict(headers)})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=10) as reply:
            return json.load(reply)

    def draft(self):
        body = {"subject": "A comparison", "body": {"contentType": "text", "content": "Hello"},
                "toRecipients": [{"emailAddress": {"address": "alex@fabrikam.example"}}]}
        return self.ask("/v1.0/me/messages", body, [("Authorization", f"Bearer {TOKEN}")])["id"]

    def settle(self):
        """Waits until nothing happens any more; returns the sends seen and the mails that left."""
        end, last, since = time.monotonic() + 15, None, time.monotonic()
        while time.monotonic() < end:
            journal, mails = self.ask("/_emulator/journal"), self.ask("/_emulator/mails")
            if (now := (journal, mails)) != last:
                last, since = now, time.monotonic()
            if time.monotonic() - since > QUIET_S + LATE_MS / 1000:
                break
            time.sleep(0.1)
        return [seen for seen in journal if seen["operation"] == "send"], mails


def environment(folder, home):
    """What a peer sees: no proxies, and our certificate authority by the means that each documents."""
    ca = f"{folder}/tls/ca.pem"
    return {
        "PATH": os.environ["PATH"], "HOME": home, "LANG": "C.UTF-8", "MODULES": f"{folder}/msgraph-sdk-javascript",
        "SSL_CERT_FILE": ca, "REQUESTS_CA_BUNDLE": ca, "NODE_EXTRA_CA_CERTS": ca,
    }


def play(peer, fault, lag_ms, options):
    """One run: a fresh emulator, a fresh draft, one fault, one send."""
    folder = options.folder
    of_connection = fault.rule is not None and fault.rule["on"] == "connection"
    with Emulator(options.emulator, lag_ms) as emulator, tempfile.TemporaryDirectory() as home:
        relay = Relay(emulator.address, f"{folder}/tls/server.pem", f"{folder}/tls/server.key", of_connection)
        draft = emulator.draft()
        rules = [fault.rule] if fault.rule else []
        if of_connection and peer.name == "o365":
            # It reads the draft first. That connection ends in order, and the fault is for the next.
            rules = [{"on": "get", "do": "normal-then-close"}, {**fault.rule, "skip": 1}]
        if rules:
            emulator.ask("/_emulator/faults", rules)
        command = [*map(str, peer.command), f"https://127.0.0.1:{relay.port}/v1.0", TOKEN, draft]
        if peer.name == "graph-rs-sdk-retry":
            command.append("retry")
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True, env=environment(folder, home), cwd=home)
        try:
            out, err = process.communicate(timeout=CAP_S)
            word = out.strip()
            last = (err.strip().splitlines() or [""])[-1]
            ms, _, why = last.partition(" ")
            if word not in ("sent", "failed", "unknown") or not ms.isdigit():
                raise RuntimeError(f"{peer.name}, {fault.name}: said {out!r}, {err[-2000:]!r}")
            seconds = int(ms) / 1000
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            word, seconds, why = "failed", float(CAP_S), f"no answer within {CAP_S} s"
        finally:
            relay.close()
        sends, mails = emulator.settle()
    left = sum(mail["draft_id"] == draft for mail in mails)
    if left != len(mails) or left != sum(seen["performed"] for seen in sends):
        raise RuntimeError(f"{peer.name}, {fault.name}: journal and mails disagree")
    met = relay.ended > 0 if of_connection else not rules or any(seen["fault"] for seen in sends)
    if not met:
        raise RuntimeError(f"{peer.name}, {fault.name}: the fault was not met ({word}, {why})")
    return Run(peer, fault, lag_ms, word, left, len(sends), seconds, why)


def wrong(run):
    """What was wrong with a run, if anything."""
    if run.left > 1:
        return "twice"
    if run.word == "failed" and run.left:
        return "failed but left"
    if run.word == "sent" and not run.left:
        return "sent but did not leave"
    return None


def cell(run):
    text = f"{run.word}, {run.left} of {run.sends}, {run.seconds:.1f} s"
    if run.seconds >= CAP_S:
        text = f"no answer, {run.left} of {run.sends}, {CAP_S} s"
    return f"**{text}**" if wrong(run) else text


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def summary(runs, everyone):
    rows = []
    for peer in everyone:
        of = [run for run in runs if run.peer == peer]
        unknown = [run for run in of if run.word == "unknown"]
        rows.append([
            f"{peer.name} {peer.version}", len(of),
            sum(run.left > 1 for run in of), sum(max(run.left - 1, 0) for run in of),
            sum(run.word == "failed" and run.left > 0 for run in of),
            sum(run.word == "sent" and not run.left for run in of),
            f"{len(unknown)}, {sum(run.left > 0 for run in unknown)} left" if unknown else 0,
            sum(run.word != "unknown" and wrong(run) is None for run in of),
            f"{sum(run.seconds for run in of):.0f} s",
        ])
    head = ["peer", "runs", "left twice or more", "copies too many", "said failed, but left", "said sent, did not leave",
            "says unknown", "right and certain", "time of all calls"]
    return table(head, rows)


def tool(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip().splitlines()[0]


def report(runs, everyone, lags, took, revision):
    """The whole of results.md."""
    shown = [f"{lag / 1000:g} s" for lag in lags]
    runtimes = [tool("python3", "--version"), "Node " + tool("node", "--version"), tool("rustc", "--version").split(" (")[0]]
    parts = [
        "# Duplicates: results",
        f"Made by `benches/peers/duplicates/run` on {datetime.date.today()}, in {took / 60:.0f} minutes: {len(runs)} runs. "
        "README.md says what is measured, how, and what is fair and unfair about it.",
        f"Settings: emulator with ids that change on move, a second send before the move accepted, lag between "
        f"acceptance and move {', '.join(shown)}; token that may send and read; one send a run; at most {CAP_S} s a run; "
        f"this library at {revision}; {', '.join(runtimes)}. "
        "Every peer with its defaults. graph-rs-sdk sends at all only with a `Content-Length: 0` header added by hand, "
        "without which Graph answers 411; graph-rs-sdk-retry is the same with its own `retry(Some(3))` and "
        "`wait_for_retry_after_headers(true)`, which are off by default.",
        "## Summary",
        summary(runs, everyone),
        "*Right and certain*: said sent and left once, or said failed and did not leave. A run that left twice and was "
        "said to have failed is in both columns.",
    ]
    for lag, text in zip(lags, shown):
        parts += [f"### With a lag of {text}", summary([run for run in runs if run.lag_ms == lag], everyone)]
    parts += [
        "## Every run",
        "*failed, 1 of 4, 12.0 s*: the peer said failed, one mail left, four send requests were read, the call took 12 "
        f"seconds. *no answer*: ended after {CAP_S} s. **Bold** is wrong: left twice, failed but left, or sent but did "
        "not leave.",
    ]
    for lag, text in zip(lags, shown):
        found = {(run.fault.name, run.peer.name): cell(run) for run in runs if run.lag_ms == lag}
        rows = [[fault.text, *(found[fault.name, peer.name] for peer in everyone)] for fault in FAULTS]
        parts += [f"### Lag {text}", table(["fault", *(peer.name for peer in everyone)], rows)]
    rules = [[fault.text, f"`{json.dumps(fault.rule)}`" if fault.rule else ""] for fault in FAULTS]
    parts += ["## The faults as the emulator was told", table(["fault", "rule"], rules)]
    return "\n\n".join(parts) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", required=True)
    parser.add_argument("--emulator", required=True)
    parser.add_argument("--library", required=True)
    parser.add_argument("--revision", default="an unknown commit")
    parser.add_argument("--quick", nargs="+", metavar="PEER [FAULT [LAG-MS]]")
    options = parser.parse_args()
    everyone = peers(options.folder, options.library)

    if options.quick:
        name, fault, lag = [*options.quick, *["accept-504", "0"][len(options.quick) - 1:]][:3]
        peer = next((peer for peer in everyone if peer.name == name), None)
        fault = next((known for known in FAULTS if known.name == fault), None)
        if peer is None or fault is None:
            sys.exit("peers: {}\nfaults: {}".format(
                " ".join(peer.name for peer in everyone), " ".join(fault.name for fault in FAULTS)))
        run = play(peer, fault, int(lag), options)
        print(f"{peer.name} {peer.version}, {fault.text}, lag {run.lag_ms} ms: {cell(run)}\n{run.why}")
        return

    began = time.monotonic()
    jobs = [(peer, fault, lag) for lag in LAGS_MS for fault in FAULTS for peer in everyone]
    slow = [job for job in jobs if job[1].name == "accept-hang"]
    done = []

    def one(job):
        run = play(*job, options)
        done.append(run)
        print(f"{len(done):3}/{len(jobs)} {run.peer.name}, {run.fault.text}, lag {run.lag_ms} ms: {cell(run)} {run.why[:150]}",
              flush=True)
        return run

    # Runs that only wait get threads of their own.
    with ThreadPoolExecutor(len(slow)) as waiting, ThreadPoolExecutor(WORKERS) as working:
        futures = [waiting.submit(one, job) for job in slow]
        futures += [working.submit(one, job) for job in jobs if job not in slow]
        failures = [str(future.exception()) for future in futures if future.exception()]
    if failures:
        sys.exit("\n".join(failures))
    runs = [future.result() for future in futures]
    text = report(runs, everyone, LAGS_MS, time.monotonic() - began, options.revision)
    (HERE / "results.md").write_text(text)
    print("\n" + text.split("## Every run")[0])


main()
