"""Ctrl-C, in every phase of a call."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from contextlib import ExitStack
from typing import Callable

import pytest
from conftest import TOKEN, Emulator

import graph_message as gm

AT_MOST = 0.2


def interrupted(send: Callable[[], object], after: float) -> tuple[float, BaseException]:
    """Runs a call on this, the main thread, and presses Ctrl-C; how long it took to end, and in what."""
    pressed = 0.0

    def press() -> None:
        nonlocal pressed
        time.sleep(after)
        pressed = time.monotonic()
        os.kill(os.getpid(), signal.SIGINT)

    pressing = threading.Thread(target=press)
    pressing.start()
    with pytest.raises(KeyboardInterrupt) as raised:
        send()
    took = time.monotonic() - pressed
    pressing.join()
    assert pressed > 0, "it ended by itself"
    return took, raised.value


def full_queue(stack: ExitStack) -> int:
    """A port where connecting hangs."""
    server = stack.enter_context(socket.socket())
    server.bind(("127.0.0.1", 0))
    server.listen(0)
    port: int = server.getsockname()[1]
    for _ in range(4):
        waiting = stack.enter_context(socket.socket())
        waiting.setblocking(False)
        waiting.connect_ex(("127.0.0.1", port))
    time.sleep(0.1)
    return port


def silent(stack: ExitStack) -> int:
    """A port where TLS is not answered."""
    server = stack.enter_context(socket.socket())
    server.bind(("127.0.0.1", 0))
    server.listen()
    port: int = server.getsockname()[1]
    return port


@pytest.mark.parametrize("phase", ["connect", "handshake", "reply", "look", "settle", "retry", "gate", "flight"])
def test_ctrl_c(phase: str, emulator: Emulator) -> None:
    draft = emulator.draft()["id"]
    base_url, cause, other = emulator.base_url, gm.Error, None
    with ExitStack() as stack:
        if phase == "connect":
            base_url, cause = f"http://127.0.0.1:{full_queue(stack)}/v1.0", gm.Cancelled
        elif phase == "handshake":
            base_url, cause = f"https://127.0.0.1:{silent(stack)}/v1.0", gm.Cancelled
        elif phase == "reply":
            emulator.fault(do="hang")
            cause = gm.OutcomeUnknown
        elif phase == "look":
            emulator.fault(do="504")
            emulator.fault(on="get", do="hang", times=0)
            cause = gm.OutcomeUnknown
        elif phase == "settle":
            emulator.fault(do="504")
            cause = gm.OutcomeUnknown
        elif phase == "retry":
            emulator.fault(do="429", retry_after="30")
            cause = gm.Cancelled
        else:
            emulator.fault(do="hang")
            other = draft if phase == "flight" else emulator.draft()["id"]
            cause = gm.OutcomeUnknown if phase == "flight" else gm.Cancelled
        client = stack.enter_context(gm.Client(TOKEN, base_url=base_url, mailbox_concurrency=1))
        if other is not None:

            def hold(other: str = other) -> None:
                with pytest.raises(gm.OutcomeUnknown):
                    client.send(other)

            holding = threading.Thread(target=hold)
            holding.start()
            time.sleep(0.3)
        took, ended = interrupted(lambda: client.send(draft), 1.0)
        assert isinstance(ended.__cause__, cause), repr(ended.__cause__)
        if other is not None:
            assert holding.is_alive(), "another thread's call ended, too"
            client.cancel()
            holding.join()
    print(f"Ctrl-C while in {phase}: {1000 * took:.0f} ms")
    assert took < AT_MOST


def test_a_handler_that_returns_ends_nothing(emulator: Emulator) -> None:
    emulator.fault(do="slow", delay_ms=600)
    came: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, frame: came.append(number))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with gm.Client(TOKEN, base_url=emulator.base_url) as client:
            client.send(emulator.draft()["id"])
    finally:
        signal.signal(signal.SIGALRM, before)
    assert came == [signal.SIGALRM]
