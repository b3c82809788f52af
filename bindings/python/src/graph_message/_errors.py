"""Why a call did not end in "sent": one base, a class for each family."""

from __future__ import annotations

from typing import Any, Union

from ._outcome import Receipt, Seen, Status


class Error(Exception):
    """A call did not end in "sent". Its text is one line: what failed, where, and what to do next; never a token.

    `sent` says what became of the mail: False where it certainly was not sent by this call, None where nobody can tell.
    """

    sent: Union[bool, None] = None

    def __init__(
        self,
        message: str,
        *,
        status: int = Status.UNKNOWN,
        http_status: int = 0,
        code: str = "",
        request_id: str = "",
        client_request_id: str = "",
        retry_after: Union[float, None] = None,
        attempts: int = 0,
        claims: str = "",
        seen: int = Seen.NOTHING,
        internet_message_id: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = _member(Status, status)
        """What the call ended in."""
        self.http_status = http_status
        """The HTTP status of the last reply to a send, or to a look before it that failed; 0 where none came."""
        self.code = code
        """Graph's `error.code` of the last reply; empty where there is none."""
        self.request_id = request_id
        """Graph's `request-id` of the last reply; empty where there is none."""
        self.client_request_id = client_request_id
        """The `client-request-id` that every request of the call carried; empty where none was made."""
        self.retry_after = retry_after
        """How long Graph asks to wait, in seconds; None where it does not."""
        self.attempts = attempts
        """How many attempts handed on at least one byte of a request."""
        self.claims = claims
        """The claims challenge of a 401, decoded, for the next token; empty where there is none."""
        self.seen = _member(Seen, seen)
        """What the last look at the message showed."""
        self.internet_message_id = internet_message_id
        """The message's `internetMessageId` where it is known, for a later check; else empty."""

    def _details(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name in _DETAILS}

    def __reduce__(self) -> tuple[Any, ...]:
        # What is known of the call goes along to another process.
        return _made_again, (type(self), self.message, self._details()), vars(self)


_DETAILS = (
    "status",
    "http_status",
    "code",
    "request_id",
    "client_request_id",
    "retry_after",
    "attempts",
    "claims",
    "seen",
    "internet_message_id",
)


def _made_again(family: type[Error], message: str, details: dict[str, Any]) -> Error:
    return family(message, **details)


def _member(values: Any, value: int) -> Any:
    """The member of that value; a value of a newer library stays a number."""
    try:
        return values(value)
    except ValueError:
        return value


class Unsent(Error):
    """The mail was certainly not sent by this call."""

    sent = False


class InvalidArgument(Unsent, ValueError):
    """An argument or option is wrong; nothing left the process."""


class Unreachable(Unsent, ConnectionError):
    """DNS, connect, proxy or TLS failed. Repeat later."""


class Cancelled(Unsent):
    """Cancelled before an attempt can have been accepted."""


class TimedOut(Unsent, TimeoutError):
    """The deadline cut a connect or a wait. Repeat later."""


class Unauthenticated(Unsent):
    """Graph does not accept the token (401). Get a new one and repeat; `claims` may say what it must hold."""


class Forbidden(Unsent, PermissionError):
    """The token may not send this mail (403). Grant the permission."""


class NotFound(Unsent, LookupError):
    """No such message or mailbox (404). An earlier call may have sent it: look in Sent Items."""


class Rejected(Unsent):
    """Graph refused the draft (any other 4xx). Mend the draft."""


class Throttled(Unsent):
    """Graph asks to wait (429). Repeat after `retry_after` seconds."""


class NotADraft(Unsent):
    """The message exists and is no draft (any more): sent by an earlier call or another program, or received."""


class Unavailable(Unsent):
    """The service failed, and the draft was seen to be still there. Repeat later."""


class OutcomeUnknown(Error):
    """It may have been sent. `Client.check` settles it later; do not repeat blindly."""


class InternalError(OutcomeUnknown):
    """A defect in this library; treat it as `OutcomeUnknown`, and report it."""


class Sent(Exception):
    """The mail was sent: the `__cause__` of a KeyboardInterrupt or CancelledError that came too late."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__("sent, and interrupted")
        self.receipt = receipt
        """What the call would have returned."""

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.receipt,)


FAMILIES: dict[int, type[Error]] = {
    Status.INVALID_ARGUMENT: InvalidArgument,
    Status.UNREACHABLE: Unreachable,
    Status.CANCELLED: Cancelled,
    Status.TIMED_OUT: TimedOut,
    Status.UNAUTHENTICATED: Unauthenticated,
    Status.FORBIDDEN: Forbidden,
    Status.NOT_FOUND: NotFound,
    Status.REJECTED: Rejected,
    Status.THROTTLED: Throttled,
    Status.NOT_A_DRAFT: NotADraft,
    Status.UNAVAILABLE: Unavailable,
    Status.UNKNOWN: OutcomeUnknown,
    Status.INTERNAL: InternalError,
}
