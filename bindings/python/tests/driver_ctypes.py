"""Runs calls as it is told, through the C library: the ctypes end of tests/cases. GRAPH_LIBRARY names the library.

The lines are those of tests/c/driver.c.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
import threading
import time
from ctypes import POINTER, byref, c_char_p, c_int32, c_uint32, c_void_p

library = ctypes.CDLL(os.environ["GRAPH_LIBRARY"])


def declare(name: str, result: object, *arguments: object) -> None:
    function = getattr(library, name)
    function.restype, function.argtypes = result, list(arguments)


LOG = ctypes.CFUNCTYPE(None, c_void_p, c_int32, c_char_p)
NUMBERS = ("timeout_ms", "attempt_timeout_ms", "connect_timeout_ms", "settle_ms", "max_attempts", "mailbox_concurrency")
CHOICES = ("verify", "roots")
TEXTS = ("base_url", "proxy", "ca_file", "user_agent")
ERROR = {"http_status": c_int32, "code": c_char_p, "message": c_char_p, "request_id": c_char_p, "client_request_id": c_char_p,
         "retry_after_ms": c_uint32, "attempts": c_uint32, "claims": c_char_p, "seen": c_int32, "internet_message_id": c_char_p}
RECEIPT = {"http_status": c_int32, "request_id": c_char_p, "client_request_id": c_char_p, "attempts": c_uint32,
           "evidence": c_int32, "sent_id": c_char_p}
for kind in ("options", "call"):
    declare(f"graph_{kind}_new", c_void_p)
for kind in ("options", "call", "client", "error", "receipt"):
    declare(f"graph_{kind}_free", None, c_void_p)
for name in NUMBERS:
    declare(f"graph_options_set_{name}", c_int32, c_void_p, c_uint32)
for name in CHOICES:
    declare(f"graph_options_set_{name}", c_int32, c_void_p, c_int32)
for name in TEXTS:
    declare(f"graph_options_set_{name}", c_int32, c_void_p, c_char_p)
declare("graph_options_set_proxy_from_environment", c_int32, c_void_p)
declare("graph_options_set_log", c_int32, c_void_p, LOG, c_void_p)
declare("graph_client_new", c_int32, c_void_p, POINTER(c_void_p), POINTER(c_void_p))
for name in ("send", "check"):
    declare(f"graph_client_{name}", c_int32, c_void_p, c_void_p, c_char_p, c_char_p, c_char_p, POINTER(c_void_p), POINTER(c_void_p))
for name in ("client", "call"):
    declare(f"graph_{name}_cancel", None, c_void_p)
declare("graph_call_set_timeout_ms", c_int32, c_void_p, c_uint32)
declare("graph_call_set_internet_message_id", c_int32, c_void_p, c_char_p)
declare("graph_status_name", c_char_p, c_int32)
declare("graph_status_sent", c_int32, c_int32)
declare("graph_error_status", c_int32, c_void_p)
for kind, fields in (("error", ERROR), ("receipt", RECEIPT)):
    for name, result in fields.items():
        declare(f"graph_{kind}_{name}", result, c_void_p)

out = sys.stdout.buffer
given: dict[str, bytes] = {}
options, client, err, receipt = library.graph_options_new(), c_void_p(), c_void_p(), c_void_p()
log_line = LOG(lambda context, level, line: out.write(b"log=%d %s\n" % (level, line)) and None)


def show(name: str, value: object) -> None:
    out.write(b"%s=%s\n" % (name.encode(), value if isinstance(value, bytes) else str(value).encode()))


def set_option(name: str, value: bytes) -> bool:
    if name in NUMBERS or name in CHOICES:
        getattr(library, f"graph_options_set_{name}")(options, int(value))
    elif name in TEXTS:
        getattr(library, f"graph_options_set_{name}")(options, value)
    elif name == "proxy_from_environment":
        library.graph_options_set_proxy_from_environment(options)
    elif name == "log":
        library.graph_options_set_log(options, log_line, None)
    else:
        return False
    return True


def call(name: str) -> None:
    status = 0 if client else library.graph_client_new(options, byref(client), byref(err))
    if status == 0:
        own = library.graph_call_new()
        library.graph_call_set_timeout_ms(own, int(given.get("call_timeout_ms", b"0")))
        library.graph_call_set_internet_message_id(own, given.get("internet_message_id"))
        for line, cancel, what in (
            ("cancel_client_after_ms", library.graph_client_cancel, client),
            ("cancel_call_after_ms", library.graph_call_cancel, own),
        ):
            if line in given:
                threading.Timer(int(given[line]) / 1000, cancel, [what]).start()
        began = time.monotonic()
        arguments = (given.get("token"), given.get("user"), given.get("id"))
        status = getattr(library, f"graph_client_{name}")(client, own, *arguments, byref(receipt), byref(err))
        show("elapsed_ms", round((time.monotonic() - began) * 1000))
        library.graph_call_free(own)
    show("status", library.graph_status_name(status))
    show("sent", library.graph_status_sent(status))
    assert bool(err) == (status != 0)
    if err:
        show("error_status", library.graph_status_name(library.graph_error_status(err)))
    kind, fields, ended = ("error", ERROR, err) if err else ("receipt", RECEIPT, receipt)
    for field in fields if ended else ():
        show(field, getattr(library, f"graph_{kind}_{field}")(ended))
    library.graph_error_free(err)
    library.graph_receipt_free(receipt)
    out.write(b"\n")
    out.flush()


for told in sys.stdin.buffer:
    word, _, value = told.rstrip(b"\n").partition(b" ")
    name, value = word.decode(), re.sub(rb"\\x([0-9a-f]{2})", lambda byte: bytes([int(byte[1], 16)]), value)
    if name in ("send", "check"):
        call(name)
    elif set_option(name, value):
        client = c_void_p()
    else:
        given[name] = value
