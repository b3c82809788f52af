"""The rows of tests/cases/misuse.md, by their names.

`old-library` and `no-library` cannot be said: the library is part of the package.
"""

from __future__ import annotations

import asyncio
import copy
import gc
import importlib
import json
import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from typing import Any, Callable, Iterator

import pytest
from conftest import MAILBOX, TOKEN, Emulator

import graph_message as gm

LOG = logging.getLogger("graph_message")
ENDLESS = "invoices@contoso.example"


@pytest.fixture
def client(emulator: Emulator) -> Iterator[gm.Client]:
    with gm.Client(TOKEN, base_url=emulator.base_url, timeout=20) as made:
        yield made


class Handler(logging.Handler):
    """Does something with each line, outside of what logging guards."""

    def __init__(self, does: Callable[[], object]) -> None:
        super().__init__()
        self._does = does

    def handle(self, record: logging.LogRecord) -> bool:
        self._does()
        return True

    def __enter__(self) -> None:
        LOG.setLevel(logging.DEBUG)
        LOG.addHandler(self)

    def __exit__(self, *_: object) -> None:
        LOG.removeHandler(self)
        LOG.setLevel(logging.NOTSET)


class Odd(BaseException):
    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__


def raising(error: Any) -> Callable[[], object]:
    def does() -> None:
        raise error

    return does


def resident() -> int:
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def in_a_child(does: Callable[[], object]) -> Any:
    """What it returns, in a child process, as JSON."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        try:
            said = does()
        except BaseException as error:
            said = repr(error)
        os.write(writing, json.dumps(said).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    assert os.waitpid(child, 0)[1] == 0
    return json.loads(said)


def cause(error: BaseException) -> BaseException | None:
    # Before Python 3.11 a task raises another CancelledError, in the context of its own.
    return error.__cause__ or (error.__context__.__cause__ if error.__context__ else None)


@pytest.mark.parametrize("error", [ValueError("x"), Odd(), GeneratorExit(), asyncio.CancelledError(), 5])
def test_log_throws_and_leaves(
    error: Any, client: gm.Client, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: shown.append(unraisable.exc_type))
    with Handler(raising(error)):
        assert client.send(emulator.draft()["id"]).http_status == 202
        assert asyncio.run(client.send_async(emulator.draft()["id"])).http_status == 202
        with pytest.raises(gm.Rejected):
            client.send("unknown")
    assert len(emulator.mails()) == 2
    assert len(shown) == 6 and issubclass(shown[0], TypeError if error == 5 else type(error))


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3)])
def test_log_is_interrupted(error: BaseException, client: gm.Client, emulator: Emulator) -> None:
    """Ctrl-C in the log function is Ctrl-C."""
    with Handler(raising(error)), pytest.raises(type(error)) as raised:
        client.send(emulator.draft()["id"])
    assert isinstance(raised.value.__cause__, gm.Sent)
    assert pickle.loads(pickle.dumps(raised.value.__cause__)).receipt == raised.value.__cause__.receipt
    assert client.send(emulator.draft()["id"]).http_status == 202
    assert len(emulator.mails()) == 2


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_a_signal_just_before_the_end(kind: type[BaseException], client: gm.Client, emulator: Emulator) -> None:
    """Too late for the library to notice it: its handler must not run where what it raises is lost."""

    def handler(*_: object) -> None:
        raise kind

    before = signal.signal(signal.SIGALRM, handler)
    try:
        # On a busy machine it may come when the call has returned.
        for _ in range(10):
            draft, receipt = emulator.draft()["id"], None
            emulator.fault(do="slow", delay_ms=35)
            with pytest.raises(kind) as raised:
                signal.setitimer(signal.ITIMER_REAL, 0.025)
                receipt = client.send(draft)
                time.sleep(1)
            if receipt is None:
                break
    finally:
        signal.signal(signal.SIGALRM, before)
    assert isinstance(raised.value.__cause__, (gm.Sent, gm.OutcomeUnknown)), repr(raised.value.__cause__)


def test_warning_throws(client: gm.Client, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    for hook in (lambda *_: raising(Odd())(), raising(SystemExit(3)), None):
        monkeypatch.setattr(sys, "unraisablehook", hook)
        with Handler(raising(ValueError("x"))):
            assert client.send(emulator.draft()["id"]).http_status == 202
    assert len(emulator.mails()) == 3


def test_wrong_types(client: gm.Client, emulator: Emulator) -> None:
    draft: Any = emulator.draft()["id"]
    wrong: tuple[Any, ...] = (5, 1.5, [draft], {}, draft.encode(), object(), client, True, float("nan"))
    refusals = (TypeError, gm.InvalidArgument)
    for value in wrong:
        for arguments in ((value,), (draft, value), (draft, "me", value)):
            for function in (client.send, client.check, gm.Client.send.__get__(client)):
                with pytest.raises(refusals):
                    function(*arguments)
            with pytest.raises(refusals):
                asyncio.run(client.send_async(*arguments))
        with pytest.raises(refusals):
            client.send(draft, internet_message_id=value)
        for option in ("base_url", "verify", "proxy", "ca_file", "roots", "user_agent"):
            with pytest.raises((*refusals, OSError)):
                gm.Client(TOKEN, **{option: value})
        with pytest.raises(refusals):
            gm.Client(value).send(draft)
    for value in ("1", [], object(), b"1", client, -1, 0, float("inf"), float("nan"), 2**70):
        with pytest.raises(refusals):
            client.send(draft, timeout=value)
        for option in ("timeout", "settle", "max_attempts", "mailbox_concurrency"):
            with pytest.raises(refusals):
                gm.Client(TOKEN, **{option: value})
    for nothing in (None, [], "x", gm.Client.__new__(gm.Client)):
        with pytest.raises((TypeError, AttributeError)):
            gm.Client.send(nothing, draft)  # type: ignore[arg-type]
    with pytest.raises(gm.InvalidArgument, match="^not sent: token is missing"):
        gm.Client(base_url=emulator.base_url).send(draft)
    for text in ("\0", "x\ud800"):
        with pytest.raises(gm.InvalidArgument, match="^not sent: "):
            client.send(text)
    for copied in (copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError):
            copied(client)
    assert emulator.mails() == []
    assert client.send(draft).http_status == 202


def test_closed_twice_and_used_after_close(client: gm.Client, emulator: Emulator) -> None:
    draft = emulator.draft()["id"]
    asyncio.run(client.send_async(emulator.draft()["id"]))
    for _ in range(3):
        client.close()
        client.cancel()
    for function in (client.send, client.check):
        with pytest.raises(RuntimeError, match="closed"):
            function(draft)
    for function_async in (client.send_async, client.check_async):
        with pytest.raises(RuntimeError, match="closed"):
            asyncio.run(function_async(draft))
    assert len(emulator.mails()) == 1


# What an earlier test left, such as a loop that a signal met as it was made, is collected here, too.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_dropped(emulator: Emulator) -> None:
    def drop() -> None:
        for _ in range(1000):
            gm.Client(TOKEN, base_url=emulator.base_url)
            with pytest.raises(gm.InvalidArgument):
                gm.Client(TOKEN, settle=1000)
        for _ in range(20):
            with pytest.raises(gm.Rejected):
                asyncio.run(gm.Client(TOKEN, base_url=emulator.base_url).send_async("unknown"))
        gc.collect()

    drop()
    before = resident()
    drop()
    grown = resident() - before
    print(f"dropped: {before} + {grown} kB, {threading.active_count()} threads")
    assert grown < 1000
    assert threading.active_count() < 10, "threads of clients that were dropped wait for ever"


def test_many_sends(client: gm.Client, emulator: Emulator) -> None:
    emulator.settings(concurrency=0)
    emulator.fault(on="send", mailbox=ENDLESS, times=0, accept=False, reply={"status": 202})
    middle = 0
    for number in range(10000):
        if number == 5000:
            middle = resident()
        assert client.send(f"AAMk{number:076}", ENDLESS).http_status == 202
        with pytest.raises(gm.NotFound):
            client.send(f"AAMk1{number:075}")
    grown = resident() - middle
    print(f"many sends: {middle} + {grown} kB")
    assert grown < 1000


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_fork(client: gm.Client, emulator: Emulator) -> None:
    drafts = [emulator.draft()["id"] for _ in range(6)]
    client.send(drafts[0])
    asyncio.run(client.send_async(drafts[1]))
    # The thread of the pool is idle when the process forks, and does not survive.
    time.sleep(0.2)
    assert in_a_child(lambda: client.send(drafts[2]).http_status) == 202
    assert in_a_child(lambda: asyncio.run(client.send_async(drafts[3], timeout=5)).http_status) == 202
    # So it is while another thread holds the lock.
    with client._lock:
        forked = threading.Thread(target=lambda: said.append(in_a_child(lambda: client.send(drafts[4]).http_status)))
        said: list[Any] = []
        forked.start()
        forked.join()
    assert said == [202]
    assert asyncio.run(client.send_async(drafts[5])).http_status == 202
    assert len(emulator.mails()) == 6


@pytest.mark.parametrize(
    "ends",
    [
        "threading.Thread(target=send, daemon=True).start(); time.sleep(0.3)",
        "threading.Thread(target=send).start(); time.sleep(0.3)",
        "loop = asyncio.new_event_loop(); loop.call_later(0.3, loop.stop); loop.create_task(send_async()); "
        "loop.run_forever()",
        "asyncio.run(leave())",
        "threading.Thread(target=asyncio.run, args=(send_async(),), daemon=True).start(); time.sleep(0.3)",
    ],
)
def test_thread_ends(ends: str, emulator: Emulator) -> None:
    """The process ends while a call is in flight."""
    draft = emulator.draft()["id"]
    emulator.fault(do="slow", delay_ms=1000)
    program = f"""
import asyncio, threading, time, sys
import graph_message as gm
client = gm.Client({TOKEN!r}, base_url={emulator.base_url!r}, timeout=10)
def send(): client.send({draft!r})
async def send_async(): await client.send_async({draft!r})
async def leave():
    asyncio.ensure_future(send_async())
    await asyncio.sleep(0.3)
{ends}
sys.exit(5)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=20)
    assert ended.returncode == 5, ended
    time.sleep(1.2)
    assert len(emulator.mails()) == 1


def test_loaded_twice(client: gm.Client, emulator: Emulator) -> None:
    importlib.reload(gm)
    names = [name for name in sys.modules if name.split(".")[0] == "graph_message"]
    kept = {name: sys.modules.pop(name) for name in names}
    try:
        again: Any = importlib.import_module("graph_message")
        with again.Client(TOKEN, base_url=emulator.base_url) as second:
            assert second.send(emulator.draft()["id"]).http_status == 202
    finally:
        sys.modules.update(kept)
    assert client.send(emulator.draft()["id"]).http_status == 202


async def test_cancelled_twice(emulator: Emulator) -> None:
    complaints: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    client = gm.Client(TOKEN, base_url=emulator.base_url)
    emulator.fault(do="accept-then-hang")
    task = asyncio.ensure_future(client.send_async(emulator.draft()["id"]))
    await asyncio.sleep(0.3)
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError) as raised:
        await task
    assert isinstance(cause(raised.value), gm.OutcomeUnknown)
    # After its end it is nothing.
    assert not task.cancel()
    # Before its beginning, nothing is sent.
    task = asyncio.ensure_future(client.send_async(emulator.draft()["id"]))
    task.cancel()
    with pytest.raises(asyncio.CancelledError) as raised:
        await task
    assert cause(raised.value) is None
    client.close()
    client.cancel()
    del task, raised
    gc.collect()
    await asyncio.sleep(0)
    assert complaints == []
    assert len(emulator.mails()) == 1


async def test_cancelled_while_it_waits_for_a_thread(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph_message._client._MOST_AT_ONCE", 1)
    with gm.Client(TOKEN, base_url=emulator.base_url) as client:
        emulator.fault(do="slow", delay_ms=1000)
        first = asyncio.ensure_future(client.send_async(emulator.draft()["id"]))
        second = asyncio.ensure_future(client.send_async(emulator.draft()["id"], MAILBOX))
        await asyncio.sleep(0.2)
        second.cancel()
        began = time.monotonic()
        with pytest.raises(asyncio.CancelledError) as raised:
            await second
        assert time.monotonic() - began < 0.2
        assert isinstance(cause(raised.value), gm.Cancelled)
        assert (await first).http_status == 202
    assert len(emulator.mails()) == 1
