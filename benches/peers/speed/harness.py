"""What the Python peers have in common: PEER BASE-URL TOKEN-FILE COUNT THREADS [LATENCIES-FILE], as harness.c does it."""

import asyncio
import json
import resource
import sys
import threading
import time
from pathlib import Path

ID = ("AAMkAGVmMDEzMTM4LTZmYWUtNDdkNC1hMDZiLTU1OGY5OTZhYmY4OABGAAAAAAAiQ8W967B7TKBjgx9rVEURBwAiIsqMbYjsT5e-T7KzowPTAAAAAAEQAA"
      "AiIsqMbYjsT5e-T7KzowPTAAAY")

BASE_URL, token_file, count, threads = sys.argv[1:5]
TOKEN = Path(token_file).read_text().strip()
COUNT, THREADS = int(count), int(threads)
LATENCIES_FILE = sys.argv[5] if len(sys.argv) > 5 else None


def mailbox(thread):
    return f"user-{thread}@contoso.example"


def part(thread):
    """The first send of a thread, which connects it, and those that are timed."""
    start, end = COUNT * thread // THREADS, COUNT * (thread + 1) // THREADS
    return f"{ID}{start + thread:08}", (f"{ID}{number + thread + 1:08}" for number in range(start, end))


class Meter:
    """The time from one moment to another, or the last of `ends`, and the processors'."""

    def __init__(self, ends=None):
        self.ends = ends

    def __enter__(self):
        self.used, self.began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter_ns()

    def __exit__(self, *failed):
        ended, used = time.perf_counter_ns(), resource.getrusage(resource.RUSAGE_SELF)
        if any(failed):
            return
        wall = max(self.ends or [ended]) - self.began
        user, system = used.ru_utime - self.used.ru_utime, used.ru_stime - self.used.ru_stime
        peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM:"))
        print(json.dumps({"sends": COUNT, "wall_ns": wall, "cpu_ns": round((user + system) * 1e9),
                          "user_ns": round(user * 1e9), "rss_kb": int(peak)}))


def write(latencies):
    if LATENCIES_FILE:
        Path(LATENCIES_FILE).write_text(json.dumps(latencies))


def run_threads(sender):
    """sender(mailbox), on its thread, gives send(id), which raises where no 202 came."""
    connected, go, done = (threading.Barrier(THREADS + 1) for _ in range(3))
    latencies, ends, failures = [], [], []

    def work(thread):
        try:
            send = sender(mailbox(thread))
            first, others = part(thread)
            send(first)
            connected.wait()
            go.wait()
            if LATENCIES_FILE:
                for number in others:
                    began = time.perf_counter_ns()
                    send(number)
                    latencies.append(time.perf_counter_ns() - began)
            else:
                for number in others:
                    send(number)
            ends.append(time.perf_counter_ns())
            done.wait()
        except Exception as error:
            failures.append(error)
            for barrier in (connected, go, done):
                barrier.abort()

    workers = [threading.Thread(target=work, args=(thread,)) for thread in range(THREADS)]
    for worker in workers:
        worker.start()
    try:
        connected.wait()
        with Meter(ends):
            go.wait()
            done.wait()
    except threading.BrokenBarrierError:
        pass
    for worker in workers:
        worker.join()
    for failure in failures:
        if not isinstance(failure, threading.BrokenBarrierError):
            raise failure
    write(latencies)


async def run_tasks(sender):
    """As run_threads, with tasks in place of threads: sender(mailbox) gives a coroutine function."""
    latencies = []
    parts = [(sender(mailbox(thread)), *part(thread)) for thread in range(THREADS)]

    async def work(send, others):
        for number in others:
            began = time.perf_counter_ns()
            await send(number)
            if LATENCIES_FILE:
                latencies.append(time.perf_counter_ns() - began)

    await asyncio.gather(*(send(first) for send, first, _ in parts))
    with Meter():
        await asyncio.gather(*(work(send, others) for send, _, others in parts))
    write(latencies)
