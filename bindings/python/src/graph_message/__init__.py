"""Sends an existing draft through Microsoft Graph, and says what became of it: sent, not sent, or unknown.

    import graph_message as gm

    receipt = gm.send(token, message_id, user="megan@contoso.example")

A call returns a `Receipt`, or raises. What it raises says what became of the mail: `Unsent` (certainly not sent) or
`OutcomeUnknown` (it may have been; `Client.check` settles it later).

A mail is sent at most once provided that the service shows an acceptance within `settle`, that nothing between us and
Graph replays requests or answers in its name, and that no other process sends the same draft until it
shows as sent.
"""

from ._client import Client, check, send
from ._errors import (
    Cancelled,
    Error,
    Forbidden,
    InternalError,
    InvalidArgument,
    NotADraft,
    NotFound,
    OutcomeUnknown,
    Rejected,
    Sent,
    Throttled,
    TimedOut,
    Unauthenticated,
    Unavailable,
    Unreachable,
    Unsent,
)
from ._native import __version__
from ._outcome import Evidence, Receipt, Seen, Status

__all__ = [
    "Cancelled",
    "Client",
    "Error",
    "Evidence",
    "Forbidden",
    "InternalError",
    "InvalidArgument",
    "NotADraft",
    "NotFound",
    "OutcomeUnknown",
    "Receipt",
    "Rejected",
    "Seen",
    "Sent",
    "Status",
    "Throttled",
    "TimedOut",
    "Unauthenticated",
    "Unavailable",
    "Unreachable",
    "Unsent",
    "__version__",
    "check",
    "send",
]
