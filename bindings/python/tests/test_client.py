from __future__ import annotations

import logging
import os
import pickle
import threading

import pytest
from conftest import MAILBOX, TOKEN, Emulator

import graph_message as gm


def test_send(emulator: Emulator) -> None:
    with gm.Client(TOKEN, base_url=emulator.base_url) as client:
        receipt = client.send(emulator.draft()["id"])
        assert receipt.evidence is gm.Evidence.ACCEPTED
        assert (receipt.http_status, receipt.attempts, receipt.sent_id) == (202, 1, "")
        assert len(receipt.request_id) == len(receipt.client_request_id) == 36
        client.send(emulator.draft()["id"], user=MAILBOX.upper(), timeout=5.5)
        client.send(emulator.draft()["id"], "me", "user-token")
    assert len(emulator.mails()) == 3
    with pytest.raises(RuntimeError, match="closed"):
        client.send("x")


def test_a_doubt_is_settled(emulator: Emulator) -> None:
    emulator.settings(move_delay_ms=1000, ids_on_move="keep")
    emulator.fault(do="accept-then-504")
    with gm.Client(TOKEN, base_url=emulator.base_url) as client:
        receipt = client.send(emulator.draft()["id"])
    assert receipt.evidence is gm.Evidence.FOUND
    assert receipt.sent_id != ""


def test_unknown_and_check(emulator: Emulator) -> None:
    draft = emulator.draft()
    emulator.fault(do="accept-then-504")
    with gm.Client(TOKEN, base_url=emulator.base_url, verify="never") as client:
        with pytest.raises(gm.OutcomeUnknown) as raised:
            client.send(draft["id"])
        assert (raised.value.sent, raised.value.status, raised.value.http_status) == (None, gm.Status.UNKNOWN, 504)
        receipt = client.check(draft["id"], internet_message_id=draft["internetMessageId"])
    assert receipt.evidence is gm.Evidence.FOUND
    assert len(emulator.mails()) == 1


def test_errors(emulator: Emulator) -> None:
    with gm.Client(TOKEN, base_url=emulator.base_url, max_attempts=1) as client:
        emulator.fault(do="429", retry_after="7")
        with pytest.raises(gm.Throttled) as throttled:
            client.send(emulator.draft()["id"])
        assert (throttled.value.retry_after, throttled.value.sent) == (7.0, False)
        with pytest.raises(gm.Unauthenticated) as refused:
            client.send(emulator.draft()["id"], MAILBOX, "expired-token")
        assert refused.value.retry_after is None
        again = pickle.loads(pickle.dumps(throttled.value))
        assert type(again) is gm.Throttled and vars(again) == vars(throttled.value) and str(again) == str(throttled.value)


@pytest.mark.parametrize(
    ("kind", "base"),
    [(gm.InvalidArgument, ValueError), (gm.TimedOut, TimeoutError), (gm.Unreachable, ConnectionError), (gm.NotFound, LookupError)],
)
def test_families(kind: type[gm.Error], base: type[Exception]) -> None:
    error = kind("what", status=gm.Status.REJECTED, retry_after=2.5, seen=gm.Seen.GONE)
    assert isinstance(error, gm.Unsent) and isinstance(error, base)
    assert vars(pickle.loads(pickle.dumps(error))) == vars(error)


def test_a_status_of_a_newer_library() -> None:
    assert gm.Error("what", status=77).status == 77


def test_options_are_refused() -> None:
    for options, why in [
        ({"timeout": 0}, "timeout is 0"),
        ({"timeout": float("nan")}, "timeout is nan"),
        ({"settle": 1000}, "settle"),
        ({"max_attempts": -1}, "max_attempts is -1"),
        ({"verify": "often"}, "verify is 'often'"),
        ({"roots": 7}, "roots is 7"),
        ({"base_url": ""}, "base_url is empty"),
        ({"base_url": "http://example.com"}, "plain http"),
        ({"proxy": "ftp://x"}, "proxy"),
        ({"ca_file": "/nowhere/ca.pem"}, "ca_file"),
        ({"ca_file": ""}, "ca_file is empty"),
        ({"user_agent": "a\nb"}, "user_agent"),
        ({"base_url": "\ud800"}, "surrogate"),
    ]:
        with pytest.raises(gm.InvalidArgument, match=why) as raised:
            gm.Client(**options)  # type: ignore[arg-type]
        assert raised.value.status is gm.Status.INVALID_ARGUMENT
    with pytest.raises(gm.InvalidArgument, match="token is missing"):
        gm.Client().send("x")
    with pytest.raises(TypeError, match="id must be a str"):
        gm.Client("t").send(None)  # type: ignore[arg-type]


def test_the_log_never_holds_a_token(emulator: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    emulator.fault(do="401-expired")
    with gm.Client(TOKEN, base_url=emulator.base_url) as client:
        with pytest.raises(gm.Unauthenticated):
            client.send(emulator.draft()["id"])
        client.send(emulator.draft()["id"])
    levels = {record.levelno for record in caplog.records if record.name == "graph_message"}
    assert levels == {logging.INFO, logging.DEBUG}
    assert TOKEN not in caplog.text


def test_200_threads_on_one_client(emulator: Emulator) -> None:
    drafts = [emulator.draft()["id"] for _ in range(200)]
    failed: list[BaseException] = []
    with gm.Client(TOKEN, base_url=emulator.base_url) as client:

        def send(draft: str) -> None:
            try:
                client.send(draft)
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=send, args=[draft]) for draft in drafts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(90)
            assert not thread.is_alive()
    assert failed == []
    assert len(emulator.mails()) == 200


def test_other_threads_run_meanwhile(emulator: Emulator) -> None:
    emulator.fault(do="slow", delay_ms=500)
    counted = 0
    with gm.Client(TOKEN, base_url=emulator.base_url) as client:
        sending = threading.Thread(target=client.send, args=[emulator.draft()["id"]])
        sending.start()
        while sending.is_alive():
            counted += 1
        sending.join()
    assert counted > 1000


def test_after_a_fork(emulator: Emulator) -> None:
    with gm.Client(TOKEN, base_url=emulator.base_url) as client:
        client.send(emulator.draft()["id"])
        draft = emulator.draft()["id"]
        child = os.fork()
        if child == 0:
            code = 1
            try:
                client.send(draft)
                code = 0
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        client.send(emulator.draft()["id"])
    assert len(emulator.mails()) == 3
