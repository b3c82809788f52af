"""Sends drafts on a Dask cluster: each leaves once, whatever dies meanwhile. README.md says why."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import graph_message as gm
from distributed import Event, as_completed, get_worker

TIMEOUT = float(os.environ.get("MAIL_TIMEOUT", "100"))  # of one call, in seconds
SETTLE = float(os.environ.get("MAIL_SETTLE", "20"))  # how long an accepted mail may still show as a draft
LATER = (gm.Throttled, gm.Unreachable, gm.TimedOut, gm.Unavailable, gm.Unauthenticated)  # nothing left: try again


@lru_cache
def client():  # one of each worker process
    return gm.Client(base_url=os.environ.get("GRAPH_BASE_URL"), timeout=TIMEOUT, settle=SETTLE, verify="always")


def token():
    return os.environ["GRAPH_TOKEN"]  # a program has it from MSAL, which renews it


def send(mailbox, id, internet_message_id):
    call = client().send
    for _ in range(20):
        try:
            call(id, mailbox, token(), internet_message_id=internet_message_id)
            return id, "sent"
        except gm.NotADraft:
            return id, "sent by an earlier run of this task"
        except LATER as error:
            call, said, wait = client().send, str(error), error.retry_after or SETTLE
        except gm.Unsent as error:
            return id, str(error)
        except gm.OutcomeUnknown as error:
            call, said, wait = client().check, str(error), SETTLE
        time.sleep(wait)
    return id, said


def send_mailbox(mailbox, drafts):
    begun = Event(f"begun: {get_worker().get_current_task()}")
    if begun.is_set():  # in a worker that died: what left there must show before it is looked for
        time.sleep(SETTLE)
    begun.set()
    with ThreadPoolExecutor(4) as threads:
        return list(threads.map(lambda draft: send(mailbox, *draft), drafts))


def send_all(cluster, drafts):
    """Sends (mailbox, id, internetMessageId) on a distributed.Client, and yields each id and what became of it."""
    by_mailbox = {}
    for mailbox, *draft in drafts:
        by_mailbox.setdefault(mailbox, []).append(draft)
    tasks = cluster.map(send_mailbox, by_mailbox, by_mailbox.values(), pure=False)
    for _, outcomes in as_completed(tasks, with_results=True):
        yield from outcomes
