"""Sends drafts through Celery and Redis: each leaves once, whatever dies meanwhile. README.md says why."""

import os
import time
import zlib

import graph_message as gm
from celery import Celery
from celery.exceptions import Reject
from celery.signals import worker_init

TIMEOUT = float(os.environ.get("MAIL_TIMEOUT", "100"))  # of one call, in seconds
SETTLE = float(os.environ.get("MAIL_SETTLE", "20"))  # how long an accepted mail may still show as a draft
LONGEST_WAIT = float(os.environ.get("MAIL_LONGEST_WAIT", "600"))  # before a task is tried again

app = Celery("celery_mail", broker=os.environ["MAIL_REDIS"], backend=os.environ["MAIL_REDIS"])
app.conf.update(
    task_acks_late=True,  # a worker that dies has acknowledged nothing
    worker_prefetch_multiplier=1,  # no task waits in a worker for its turn
    broker_transport_options={"visibility_timeout": LONGEST_WAIT + TIMEOUT + SETTLE + 10},  # README.md says why
    task_publish_retry_policy={"max_retries": None, "interval_max": 5},  # while Redis is away
    result_backend_always_retry=True,
)
client = gm.Client(base_url=os.environ.get("GRAPH_BASE_URL"), timeout=TIMEOUT, settle=SETTLE, verify="always")
worker_init.connect(lambda **_: time.sleep(SETTLE), weak=False)  # what a worker sent that died must show first
LATER = (gm.Throttled, gm.Unreachable, gm.TimedOut, gm.Unavailable, gm.Unauthenticated)  # nothing has left


def enqueue(mailbox, id, internet_message_id):
    """Once for each draft, and now and then for all of them: Redis loses a task whose worker dies as it takes it."""
    queue = f"mail-{zlib.crc32(mailbox.lower().encode()) % 4}"  # one worker for each: Graph's limit is a mailbox's
    if not send.AsyncResult(internet_message_id).ready():
        send.apply_async((mailbox, id, internet_message_id), queue=queue, task_id=internet_message_id)


@app.task(bind=True, max_retries=None)
def send(self, mailbox, id, internet_message_id, call="send"):
    """The result begins with "sent", "not sent" or, after 20 checks, "may have been sent"."""
    try:
        getattr(client, call)(id, mailbox, os.environ["GRAPH_TOKEN"], internet_message_id=internet_message_id)
        return "sent"
    except gm.NotADraft:
        return "sent, by an earlier delivery of this task"
    except LATER as error:
        why, call, wait = error, "send", error.retry_after or SETTLE
    except gm.Unsent as error:
        return str(error)
    except gm.OutcomeUnknown as error:
        if self.request.retries > 20:
            return str(error)
        why, call, wait = error, "check", SETTLE
    try:
        arguments = (mailbox, id, internet_message_id, call)
        raise self.retry(arguments, exc=why, countdown=min(wait, LONGEST_WAIT))
    except Reject as error:  # Redis is away. What is not acknowledged comes back.
        raise Reject(error.reason, requeue=True)
