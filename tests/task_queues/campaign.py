#!/usr/bin/env python3
"""Sends drafts through a task queue whose workers are killed meanwhile, and judges by what really left.

    campaign.py celery|dask|requests [--drafts N] [--mailboxes N] [--kills N] [--seed N]

`requests` is Celery with a plain POST in place of the library: it is counted, and not judged. Needs the packages of
requirements.txt, graph_message, redis-server, and GRAPH_EMULATOR, the emulator's program.
"""

import argparse
import collections
import os
import pathlib
import random
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLES = HERE.parents[1] / "bindings/python/examples"
# Shorter than a program would have them, so that a campaign takes minutes. The emulator shows what is sent after 2 seconds, and 3
# where it acts late; the rest is for a machine that is busy.
TIMES = {"MAIL_TIMEOUT": "6", "MAIL_SETTLE": "5", "MAIL_LONGEST_WAIT": "3"}
# Until the last kill, on average so many seconds from one to the next.
BETWEEN_KILLS = 2.0
# How often all drafts without a result are enqueued again: longer than Redis keeps back what a dead worker had.
ENQUEUED_AGAIN = 30.0
# Where nothing happens for so long, nothing will; and a campaign must end.
QUIET = 90.0
LIMIT = 900.0


def said(lines):
    """What was said of each draft, in order."""
    outcomes = collections.defaultdict(list)
    for line in lines:
        if "outcome" in line:
            outcomes[line["id"]].append(line["outcome"])
    return outcomes


def run(given, engine, mailboxes, dice):
    """Begins, kills until it has killed enough, and waits for the last outcome. Returns how many it killed."""
    from told import dies_after, told

    # A third of the kills is between a send and its acknowledgement; each worker does those to itself.
    at_the_worst = given.kills // 3
    for _, id, _ in dice.sample(mailboxes.drafts, at_the_worst):
        dies_after(id)
    engine.enqueue(mailboxes.drafts)
    by_hand, killed = given.kills - at_the_worst, 0
    began = now = heard = time.monotonic()
    next_kill, next_time, lines = now + dice.expovariate(1 / BETWEEN_KILLS), now + ENQUEUED_AGAIN, 0
    while now - heard < QUIET and now - began < LIMIT:
        time.sleep(0.2)
        now = time.monotonic()
        engine.workers.look_after()
        if now >= next_time:
            engine.enqueue_again(mailboxes.drafts)
            next_time = now + ENQUEUED_AGAIN
        if killed < by_hand and now >= next_kill:
            engine.workers.kill(dice)
            killed += 1
            next_kill = now + dice.expovariate(1 / BETWEEN_KILLS)
            if killed == by_hand // 2 and not engine.broker_restarts:
                engine.restart_broker()
        what = told()
        if len(what) > lines:
            lines, heard = len(what), now
        outcomes = said(what)
        # A plain POST may have no better answer than the first.
        ended = [one for one in outcomes.values() if given.engine == "requests" or one[-1].startswith("sent")]
        if len(ended) == given.drafts:
            break
    # What comes late would be a second mail.
    time.sleep(2)
    return killed


def report(given, engine, mailboxes, killed, seconds):
    """Prints what happened, and returns what is wrong."""
    from told import still_to_die, told

    lines = told()
    outcomes, mails = said(lines), mailboxes.mails()
    deliveries = collections.Counter(line["delivered"] for line in lines if "delivered" in line)
    at_the_worst = given.kills // 3 - still_to_die()
    unknown = {line["id"] for line in lines if "unknown" in line}
    ids = [id for _, id, _ in mailboxes.drafts]
    last = {id: outcomes[id][-1] if outcomes[id] else "" for id in ids}
    wrong = {
        "left twice": [id for id in ids if mails[id] > 1],
        "never left": [id for id in ids if not mails[id]],
        "said sent, and did not leave": [id for id in ids if last[id].startswith("sent") and not mails[id]],
        "said not sent, and left": [id for id in ids if last[id].startswith("not sent") and mails[id]],
        "never settled": [id for id in ids if last[id].startswith("may have been sent")],
        "nothing said": [id for id in ids if not last[id]],
        "kills that were missing": range(given.kills - killed - at_the_worst),
    }
    sends, looks = mailboxes.requests()
    print(f"{given.drafts} drafts of {given.mailboxes} mailboxes, {mailboxes.faults} faults, {seconds:.0f} s")
    print(f"workers killed: {killed} at random, {at_the_worst} between a send and its acknowledgement")
    print(f"broker restarted: {engine.broker_restarts}; delivered more than once: {sum(n > 1 for n in deliveries.values())}")
    print(f"sends: {sends}, looks: {looks}, mails: {sum(mails.values())}; unknown at first: {len(unknown)}")
    print("; ".join(f"{what}: {len(which)}" for what, which in wrong.items()), flush=True)
    return any(wrong.values())


def campaign(given):
    from engines import Celery, Dask
    from mailboxes import Mailboxes

    dice = random.Random(given.seed)
    mailboxes = Mailboxes(given.drafts, given.mailboxes, given.seed)
    os.environ["GRAPH_BASE_URL"] = mailboxes.base_url
    engine = Dask() if given.engine == "dask" else Celery(f"{given.engine}_mail")
    began = time.monotonic()
    try:
        killed = run(given, engine, mailboxes, dice)
    finally:
        engine.end()
    try:
        return report(given, engine, mailboxes, killed, time.monotonic() - began)
    finally:
        mailboxes.end()


def main():
    parser = argparse.ArgumentParser(description="Sends drafts through a task queue whose workers are killed meanwhile.")
    parser.add_argument("engine", choices=("celery", "dask", "requests"))
    parser.add_argument("--drafts", type=int, default=2000)
    parser.add_argument("--mailboxes", type=int, default=40)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    given = parser.parse_args()
    print(f"{given.engine}: seed {given.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        paths = f"{HERE}:{EXAMPLES}"
        os.environ.update({**TIMES, "CAMPAIGN_FOLDER": folder, "PYTHONPATH": paths, "GRAPH_TOKEN": "app-token"})
        sys.path[:0] = paths.split(":")
        wrong = campaign(given)
    if wrong and given.engine != "requests":
        sys.exit("FAILED")


if __name__ == "__main__":
    main()
