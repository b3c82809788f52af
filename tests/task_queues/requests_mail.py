"""What is usually written: celery_mail.py with a plain POST in place of the library, for comparison."""

import os
import zlib

import requests
from celery import Celery
from celery_mail import app as safe

app = Celery("requests_mail", broker=os.environ["MAIL_REDIS"], backend=os.environ["MAIL_REDIS"])
app.conf.update(safe.conf.changes)


class Poster:
    check = None

    def send(self, id, mailbox, token):
        url = f"{os.environ['GRAPH_BASE_URL']}/users/{mailbox}/messages/{id}/send"
        headers = {"Authorization": f"Bearer {token}", "Content-Length": "0"}
        requests.post(url, headers=headers, timeout=float(os.environ["MAIL_TIMEOUT"])).raise_for_status()


client = Poster()


@app.task(bind=True, autoretry_for=(requests.RequestException,), retry_backoff=True, max_retries=5)
def send(self, mailbox, id, internet_message_id):
    client.send(id, mailbox, os.environ["GRAPH_TOKEN"])
    return "sent"


def enqueue(*draft):
    return send.apply_async(draft, queue=f"mail-{zlib.crc32(draft[0].encode()) % 4}")
