"""The emulator, one for each test. GRAPH_EMULATOR names its program."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import urllib.request
from typing import Any, Iterator

import pytest

# Who runs the tests in the background may have had SIGINT ignored, which children inherit.
signal.signal(signal.SIGINT, signal.default_int_handler)

TOKEN = "user-token"
MAILBOX = "megan@contoso.example"


class Emulator:
    def __init__(self) -> None:
        program = os.environ["GRAPH_EMULATOR"]
        self._process = subprocess.Popen([program, "--port", "0", "--move-delay-ms", "0", "--quiet"], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.base_url = self._process.stdout.readline().strip()

    def stop(self) -> None:
        self._process.kill()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process.wait()

    def _ask(self, path: str, body: Any = None, method: str | None = None) -> Any:
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(path, data=data, headers=headers, method=method)
        with urllib.request.urlopen(request) as reply:
            text = reply.read()
        return json.loads(text) if text else None

    def draft(self, **properties: Any) -> dict[str, Any]:
        message = {"subject": "Invoice 4711", "toRecipients": [{"emailAddress": {"address": "lee@fabrikam.example"}}]}
        created: dict[str, Any] = self._ask(f"{self.base_url}/me/messages", {**message, **properties})
        return created

    def fault(self, **rule: Any) -> None:
        self._ask(self._control("faults"), rule)

    def settings(self, **settings: Any) -> None:
        self._ask(self._control("settings"), settings, "PATCH")

    def mails(self) -> list[dict[str, Any]]:
        mails: list[dict[str, Any]] = self._ask(self._control("mails"))
        return mails

    def _control(self, name: str) -> str:
        return f"{self.base_url.rsplit('/', 1)[0]}/_emulator/{name}"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    running = Emulator()
    yield running
    running.stop()
