"""Runs calls as it is told on standard input and prints what they ended in: the Python end of tests/cases.

The lines are those of tests/c/driver.c.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import time
from typing import Any

import graph_message as gm

MILLISECONDS = {"timeout_ms": "timeout", "attempt_timeout_ms": "attempt_timeout", "connect_timeout_ms": "connect_timeout", "settle_ms": "settle"}
NAMES: dict[str, Any] = {"verify": {"0": "never", "1": "on_doubt", "2": "always"}, "roots": {"0": "system", "1": "bundled"}}
TEXTS = ("base_url", "proxy", "ca_file", "user_agent")
COUNTS = ("max_attempts", "mailbox_concurrency")

options: dict[str, Any] = {}
given: dict[str, Any] = {}
# The options that were set since the last client was made: a keyword is there once.
pending: set[str] = set()
twice = False
client: gm.Client | None = None


def set_option(name: str, value: str) -> bool:
    global twice
    is_again = name in pending
    if name in MILLISECONDS:
        options[MILLISECONDS[name]] = int(value) / 1000 or None
    elif name in NAMES:
        options[name] = NAMES[name].get(value) or int(value)
    elif name in TEXTS:
        options[name] = value
    elif name in COUNTS:
        options[name] = int(value) or None
    elif name == "proxy_from_environment":
        options["trust_env"] = True
    elif name == "log":
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(logging.Formatter("log=%(levelname)s %(message)s"))
        logging.getLogger("graph_message").addHandler(handler)
        logging.getLogger("graph_message").setLevel(logging.DEBUG)
    else:
        return False
    twice = twice or is_again
    pending.add(name)
    return True


def print_error(error: gm.Error) -> None:
    print(f"status=GRAPH_{error.status.name}\nerror_status=GRAPH_{error.status.name}")
    print(f"sent={-1 if error.sent is None else int(error.sent)}\nmessage={error}")
    for name in ("http_status", "code", "request_id", "client_request_id", "attempts", "claims", "internet_message_id"):
        print(f"{name}={getattr(error, name)}")
    # The table gives it as C does, which has 32 bits for it.
    print(f"retry_after_ms={min(round((error.retry_after or 0) * 1000), 0xFFFFFFFF)}\nseen={int(error.seen)}")


def call(name: str) -> None:
    global client
    began = time.monotonic()
    try:
        if client is None:
            client = gm.Client(**options)
            pending.clear()
        for line, canceller in [("cancel_client_after_ms", client.cancel)]:
            if line in given:
                threading.Timer(int(given[line]) / 1000, canceller).start()
        bounds = {"internet_message_id": given.get("internet_message_id")}
        if int(given.get("call_timeout_ms", 0)):
            bounds["timeout"] = int(given["call_timeout_ms"]) / 1000
        arguments = (given.get("id"), given.get("user", "me"), given.get("token"))
        receipt = (client.send if name == "send" else client.check)(*arguments, **bounds)
        print(f"status=GRAPH_OK\nsent=1\nevidence={int(receipt.evidence)}")
        for field in ("http_status", "request_id", "client_request_id", "attempts", "sent_id"):
            print(f"{field}={getattr(receipt, field)}")
    except gm.Error as error:
        print_error(error)
    print(f"elapsed_ms={(time.monotonic() - began) * 1000:.0f}\n", flush=True)


def main() -> None:
    global client
    sys.stdin.reconfigure(errors="surrogateescape")  # type: ignore[union-attr]
    for line in sys.stdin:
        name, _, value = line.rstrip("\n").partition(" ")
        escaped = value.encode(errors="surrogateescape")
        value = re.sub(rb"\\x([0-9a-f]{2})", lambda byte: bytes([int(byte[1], 16)]), escaped).decode(errors="surrogateescape")
        if name not in ("send", "check"):
            if set_option(name, value):
                client = None
            else:
                given[name] = value
        elif twice:
            print("inexpressible=an option is a keyword, and there once\n", flush=True)
        elif "id" not in given or "token" not in given:
            print("inexpressible=what is missing is a TypeError, before any call\n", flush=True)
        else:
            call(name)


main()
