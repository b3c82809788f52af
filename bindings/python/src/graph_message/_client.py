"""Clients, and the one that the whole process shares."""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import math
import os
import sys
import threading
import weakref
from types import TracebackType
from typing import Any, Callable, Union

from . import _native
from ._errors import FAMILIES, Cancelled, Error, InvalidArgument, OutcomeUnknown, Sent
from ._outcome import Evidence, Receipt, Status

_LOG = logging.getLogger("graph_message")
# Threads that wait for a reply do nothing else; they are started as calls need them.
_MOST_AT_ONCE = 512


class Client:
    """Settings, and the connections they led to. Used by any number of threads and tasks at once; closed by `with`.

    Connects when the first call needs it. Times are in seconds; None is the library's own default.

    token: for calls that bring none: an access token for Microsoft Graph with Mail.Send, without "Bearer ".
    base_url: the service root, https://graph.microsoft.com/v1.0 unless a national cloud or a test has another.
    timeout: bounds a whole call, waits, retries and looks included (100).
    attempt_timeout, connect_timeout: bound one attempt (30), and its look-up, connect, proxy and TLS together (10).
    settle: how long an accepted mail may still show as a draft (20).
    max_attempts: how often a request is tried (4); 1 never repeats anything.
    mailbox_concurrency: requests at once to one mailbox (4, Graph's own limit).
    verify: when to look at the message: "on_doubt", "never", or "always" (before the first attempt, too).
    proxy: the proxy's URL: http, https or socks5. trust_env: take it from the environment, where `proxy` names none.
    ca_file: a PEM file of certificate authorities to trust besides the roots. roots: "system" or "bundled" (Mozilla's).
    user_agent: the calling program, such as "Billing/4.2".

    Logs to the logger "graph_message": a line a call (INFO), and one for each attempt and look (DEBUG); never a token.

    Raises InvalidArgument where an option is wrong.
    """

    def __init__(
        self,
        token: Union[str, None] = None,
        *,
        base_url: Union[str, None] = None,
        timeout: Union[float, None] = None,
        attempt_timeout: Union[float, None] = None,
        connect_timeout: Union[float, None] = None,
        settle: Union[float, None] = None,
        max_attempts: Union[int, None] = None,
        mailbox_concurrency: Union[int, None] = None,
        verify: str = "on_doubt",
        proxy: Union[str, None] = None,
        trust_env: bool = False,
        ca_file: Union[str, os.PathLike[str], None] = None,
        roots: str = "system",
        user_agent: Union[str, None] = None,
    ) -> None:
        self._token = token
        self._threads: Union[concurrent.futures.ThreadPoolExecutor, None] = None
        self._lock = threading.Lock()
        self._closed = False
        made = _native.Client.make(
            base_url=_not_empty("base_url", base_url),
            timeout_ms=_milliseconds("timeout", timeout),
            attempt_timeout_ms=_milliseconds("attempt_timeout", attempt_timeout),
            connect_timeout_ms=_milliseconds("connect_timeout", connect_timeout),
            settle_ms=_milliseconds("settle", settle),
            max_attempts=_count("max_attempts", max_attempts),
            mailbox_concurrency=_count("mailbox_concurrency", mailbox_concurrency),
            verify=_one_of("verify", verify, ("never", "on_doubt", "always")),
            proxy=_given("proxy", proxy),
            trust_env=bool(trust_env),
            ca_file=_not_empty("ca_file", None if ca_file is None else os.fspath(ca_file)),
            roots=_one_of("roots", roots, ("system", "bundled")),
            user_agent=_given("user_agent", user_agent),
            log=_log,
        )
        if isinstance(made, _native.Failure):
            raise _error_of(made)
        self._native = made
        _clients.add(self)

    def send(
        self,
        id: str,
        user: str = "me",
        token: Union[str, None] = None,
        *,
        timeout: Union[float, None] = None,
        internet_message_id: Union[str, None] = None,
    ) -> Receipt:
        """Sends an existing draft, and waits for the answer. At most one mail leaves: see the promise of the package.

        id: the draft's id as Graph gave it. user: the mailbox: a user's id or userPrincipalName, or "me".
        token: in place of the client's. timeout: in place of the client's, in seconds.
        internet_message_id: the draft's, where it is known: it makes a check in Sent Items possible.

        Raises Unsent where the mail was certainly not sent, OutcomeUnknown where nobody can tell. Ctrl-C ends the call
        within a moment; the KeyboardInterrupt's __cause__ says what became of the mail: Unsent, OutcomeUnknown or Sent.
        Where it has none, the call had not begun.
        """
        call = _call(timeout, internet_message_id)
        return self._run(self._native.send, call, *self._arguments(token, user, id))

    def check(
        self,
        id: str,
        user: str = "me",
        token: Union[str, None] = None,
        *,
        timeout: Union[float, None] = None,
        internet_message_id: Union[str, None] = None,
    ) -> Receipt:
        """Settles an earlier OutcomeUnknown of the same message; sends nothing.

        Returns a receipt where the mail was sent; raises Unavailable where it was not and may be sent again, and
        OutcomeUnknown where still nobody can tell. The arguments are those of `send`.
        """
        call = _call(timeout, internet_message_id)
        return self._run(self._native.check, call, *self._arguments(token, user, id))

    async def send_async(
        self,
        id: str,
        user: str = "me",
        token: Union[str, None] = None,
        *,
        timeout: Union[float, None] = None,
        internet_message_id: Union[str, None] = None,
    ) -> Receipt:
        """As `send`, without blocking the event loop.

        Cancelling the task ends the call within a moment, and no other; the CancelledError's __cause__ says what became
        of the mail (before Python 3.11, that of its __context__): Unsent, OutcomeUnknown or Sent. Where it has none,
        the call had not begun.
        """
        call = _call(timeout, internet_message_id, own_thread=True)
        return await self._run_async(self._native.send, call, *self._arguments(token, user, id))

    async def check_async(
        self,
        id: str,
        user: str = "me",
        token: Union[str, None] = None,
        *,
        timeout: Union[float, None] = None,
        internet_message_id: Union[str, None] = None,
    ) -> Receipt:
        """As `check`, without blocking the event loop."""
        call = _call(timeout, internet_message_id, own_thread=True)
        return await self._run_async(self._native.check, call, *self._arguments(token, user, id))

    def cancel(self) -> None:
        """Ends every call in flight, from any thread; calls that begin later are not touched."""
        self._native.cancel()

    def close(self) -> None:
        """Ends every call in flight and takes no more. Closing twice is once."""
        with self._lock:
            self._closed = True
            threads, self._threads = self._threads, None
        self._native.cancel()
        if threads is not None:
            threads.shutdown(wait=False)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: Union[type[BaseException], None],
        error: Union[BaseException, None],
        trace: Union[TracebackType, None],
    ) -> None:
        self.close()

    def _arguments(self, token: Union[str, None], user: str, id: str) -> tuple[str, str, str]:
        if self._closed:
            raise RuntimeError("the client is closed")
        token = self._token if token is None else token
        if token is None:
            raise _invalid("token is missing: give one to the call or to the client")
        return _text("token", token), _text("user", user), _text("id", id)

    def _run(self, function: _Function, call: _native.Call, token: str, user: str, id: str) -> Receipt:
        # It may have been closed while the call waited for a thread.
        if self._closed:
            raise RuntimeError("the client is closed")
        # What the library returns is kept before Python looks for signals again, whose handlers may raise.
        returned: list[Union[_native.Sent, _native.Failure]] = []
        interrupt: Union[BaseException, None] = None
        with _Interrupts(call) as interrupts:
            try:
                returned.extend(map(function, [call], [token], [user], [id]))
                interrupt = call.interrupted_by()
            except BaseException as raised:
                if not returned:
                    raise
                interrupt = raised
        interrupt = interrupts.first or interrupt
        outcome = returned[0]
        if isinstance(outcome, _native.Failure):
            error = _error_of(outcome)
            if interrupt is not None:
                raise interrupt from error
            raise error
        receipt = _receipt_of(outcome)
        if interrupt is not None:
            raise interrupt from Sent(receipt)
        return receipt

    async def _run_async(self, function: _Function, call: _native.Call, token: str, user: str, id: str) -> Receipt:
        with self._lock:
            if self._closed:
                raise RuntimeError("the client is closed")
            if self._threads is None:
                self._threads = concurrent.futures.ThreadPoolExecutor(_MOST_AT_ONCE, "graph_message")
            work = self._threads.submit(self._run, function, call, token, user, id)
        future = asyncio.wrap_future(work)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError as cancelled:
            last = cancelled
        call.cancel()
        if work.cancel():
            message = "not sent: cancelled while it waited for a thread"
            raise last from Cancelled(message, status=Status.CANCELLED)
        # A task can be cancelled again while it waits for its end.
        while not future.done():
            try:
                await asyncio.wait({future})
            except asyncio.CancelledError as cancelled:
                last = cancelled
        raise last from future.exception() or Sent(future.result())

    def _forked(self) -> None:
        """The threads did not survive, and one of them may have held the lock."""
        self._threads = None
        self._lock = threading.Lock()


_clients: weakref.WeakSet[Client] = weakref.WeakSet()


def _forked() -> None:
    global _shared_lock
    _shared_lock = threading.Lock()
    for client in list(_clients):
        client._forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)

_Function = Callable[[_native.Call, str, str, str], Union[_native.Sent, _native.Failure]]

_shared_lock = threading.Lock()
_shared: Union[Client, None] = None


def _shared_client() -> Client:
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = Client()
        return _shared


def send(
    token: str,
    id: str,
    user: str = "me",
    *,
    timeout: Union[float, None] = None,
    internet_message_id: Union[str, None] = None,
) -> Receipt:
    """Sends an existing draft on a client that the whole process shares; see `Client.send`."""
    return _shared_client().send(id, user, token, timeout=timeout, internet_message_id=internet_message_id)


def check(
    token: str,
    id: str,
    user: str = "me",
    *,
    timeout: Union[float, None] = None,
    internet_message_id: Union[str, None] = None,
) -> Receipt:
    """Settles an earlier OutcomeUnknown on a client that the whole process shares; see `Client.check`."""
    return _shared_client().check(id, user, token, timeout=timeout, internet_message_id=internet_message_id)


def _call(
    timeout: Union[float, None], internet_message_id: Union[str, None], own_thread: bool = False
) -> _native.Call:
    # Python runs the handlers of signals on its main thread alone.
    on_main_thread = not own_thread and threading.current_thread() is threading.main_thread()
    made = _native.Call.make(
        _milliseconds("timeout", timeout), _given("internet_message_id", internet_message_id), on_main_thread
    )
    if isinstance(made, _native.Failure):
        raise _error_of(made)
    return made


def _receipt_of(sent: _native.Sent) -> Receipt:
    return Receipt(
        evidence=Evidence.FOUND if sent.found else Evidence.ACCEPTED,
        request_id=sent.request_id,
        client_request_id=sent.client_request_id,
        http_status=sent.http_status,
        attempts=sent.attempts,
        sent_id=sent.sent_id,
    )


def _error_of(failure: _native.Failure) -> Error:
    family = FAMILIES.get(failure.status, OutcomeUnknown)
    return family(
        failure.message,
        status=failure.status,
        http_status=failure.http_status,
        code=failure.code,
        request_id=failure.request_id,
        client_request_id=failure.client_request_id,
        retry_after=failure.retry_after or None,
        attempts=failure.attempts,
        claims=failure.claims,
        seen=failure.seen,
        internet_message_id=failure.internet_message_id,
    )


def _invalid(message: str) -> InvalidArgument:
    return InvalidArgument(f"not sent: {message}", status=Status.INVALID_ARGUMENT)


def _text(name: str, value: Any) -> str:
    """A text that UTF-8 can hold."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, not {type(value).__name__}")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        at = len(value[: error.start].encode())
        raise _invalid(f"{name} is not valid UTF-8 from byte {at} on: it holds a lone surrogate; convert it") from None
    return value


def _not_empty(name: str, value: Union[str, None]) -> str:
    # As in C. A variable that is not set must not send a test's token to the real service.
    if value == "":
        raise _invalid(f"{name} is empty: leave it out, or give one")
    return _given(name, value)


def _given(name: str, value: Union[str, None]) -> str:
    return "" if value is None else _text(name, value)


def _milliseconds(name: str, seconds: Union[float, None]) -> int:
    if seconds is None:
        return 0
    if not math.isfinite(seconds) or not 0 < seconds <= 4294967:
        raise _invalid(f"{name} is {seconds}: it must be more than 0 and at most 4294967 seconds")
    return max(1, round(seconds * 1000))


def _count(name: str, count: Union[int, None]) -> int:
    if count is None:
        return 0
    if not 0 < count <= 4294967295:
        raise _invalid(f"{name} is {count}: it must be more than 0 and at most 4294967295")
    return count


def _one_of(name: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise _invalid(f"{name} is {value!r}: it must be one of {', '.join(map(repr, choices))}")
    return value


def _log(detail: bool, line: str) -> None:
    _LOG.log(logging.DEBUG if detail else logging.INFO, "%s", line)


class _Interrupts:
    """Takes Ctrl-C in `_log` for what it is, also before the first line of that: Python would show it, and go on."""

    def __init__(self, call: _native.Call) -> None:
        self._call = call
        self._shown = sys.unraisablehook
        self._takes = self._take
        self.first: Union[BaseException, None] = None

    def _take(self, unraisable: sys.UnraisableHookArgs) -> None:
        if unraisable.object is _log and isinstance(unraisable.exc_value, (KeyboardInterrupt, SystemExit)):
            self.first = self.first or unraisable.exc_value
            self._call.cancel()
        else:
            self._shown(unraisable)

    def __enter__(self) -> _Interrupts:
        if threading.current_thread() is threading.main_thread():
            sys.unraisablehook = self._takes
        return self

    def __exit__(self, *_: object) -> None:
        if sys.unraisablehook is self._takes:
            sys.unraisablehook = self._shown
