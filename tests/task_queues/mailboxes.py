"""Emulated mailboxes full of drafts, with faults of every kind, and the judge: what really left."""

import collections
import json
import os
import random
import subprocess
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor

# What passes by itself, each hitting so many of a hundred sends. Refusals for good have no place here: every mail is to leave.
FAULTS = (
    ["accept-then-504", "accept-then-500", "accept-then-503", "accept-then-408", "accept-then-404", "accept-then-html-502"]
    + ["accept-then-reset", "accept-then-close", "accept-then-hang", "accept-then-cut", "late", "slow", "202-with-retry-after"]
    + ["504", "500", "503", "408", "429", "429-empty", "401-expired", "html-502", "reset", "close", "hang", "504-then-accept"]
)
PERCENT = 2
TOKEN = "app-token"


class Mailboxes:
    def __init__(self, drafts, mailboxes, seed):
        command = [os.environ["GRAPH_EMULATOR"], "--port", "0", "--quiet", "--draft", "0", "--move-delay-ms", "2000"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.base_url = self._process.stdout.readline().strip()
        threading.Thread(target=collections.deque, args=(self._process.stdout, 0), daemon=True).start()
        self.names = [f"clerk{number}@contoso.example" for number in range(mailboxes)]
        for name in self.names:
            self._control("mailboxes", {"userPrincipalName": name})
        with ThreadPoolExecutor(8) as threads:
            self.drafts = list(threads.map(self._draft, [self.names[number % mailboxes] for number in range(drafts)]))
        dice, each = random.Random(seed), drafts // mailboxes
        rules = [
            {"on": "send", "mailbox": name, "skip": skip, "do": fault}
            for name in self.names
            for fault in FAULTS
            for skip in range(each)
            if dice.randrange(100) < PERCENT
        ]
        dice.shuffle(rules)
        self._control("faults", rules)
        self._control("settings", {"latency_ms": 20}, "PATCH")
        self.faults = len(rules)

    def _ask(self, url, body=None, method=None):
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method)) as reply:
            return json.load(reply)

    def _control(self, path, body=None, method=None):
        return self._ask(f"{self.base_url.removesuffix('/v1.0')}/_emulator/{path}", body, method)

    def _draft(self, mailbox):
        message = {"subject": "Invoice", "toRecipients": [{"emailAddress": {"address": "lee@fabrikam.example"}}]}
        made = self._ask(f"{self.base_url}/users/{mailbox}/messages", message)
        return mailbox, made["id"], made["internetMessageId"]

    def mails(self):
        """How many mails left of each draft."""
        return collections.Counter(mail["draft_id"] for mail in self._control("mails"))

    def requests(self):
        """How many sends and how many looks there were."""
        methods = collections.Counter(request["method"] for request in self._control("journal"))
        return methods["POST"] - len(self.drafts), methods["GET"]

    def end(self):
        self._process.kill()
        self._process.wait()
