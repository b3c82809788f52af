"""An emulated mailbox, for the gate's programs in Python."""

import collections
import json
import os
import pathlib
import re
import subprocess
import threading
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
# What a mailbox must have that any send to it is accepted.
ENDLESS = "invoices@contoso.example"
ENDLESS_RULE = {"on": "send", "mailbox": ENDLESS, "times": 0, "accept": False, "reply": {"status": 202}}


class Mailbox:
    """Runs until `end`."""

    def __init__(self):
        subprocess.run(["cargo", "build", "--quiet", "-p", "graph-emulator"], cwd=ROOT, check=True)
        target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
        command = [target / "debug/graph-emulator", "--port", "0", "--concurrency", "0", "--move-delay-ms", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        lines = iter(self.process.stdout)
        self.base = next(found[0] for line in lines if (found := re.search(r"http://127\.0\.0\.1:\d+/v1\.0", line)))
        # It says a line for each request, and would wait for a reader.
        threading.Thread(target=collections.deque, args=(lines, 0), daemon=True).start()
        self.post("/_emulator/faults", ENDLESS_RULE)

    def post(self, path, body):
        base = self.base.removesuffix("/v1.0")
        headers = {"Authorization": "Bearer user-token", "Content-Type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(base + path, json.dumps(body).encode(), headers)) as reply:
            return json.load(reply)

    def drafts(self, count):
        to = [{"emailAddress": {"address": "lee@fabrikam.example"}}]
        return [self.post("/v1.0/me/messages", {"subject": "x", "toRecipients": to})["id"] for _ in range(count)]

    def end(self):
        self.process.kill()
        self.process.wait()

    def sent(self):
        """The ids of the drafts whose mails left."""
        with urllib.request.urlopen(self.base.removesuffix("/v1.0") + "/_emulator/mails") as reply:
            return [mail["draft_id"] for mail in json.load(reply)]
