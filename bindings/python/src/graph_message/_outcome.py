"""What a call ended in, and what is known of it."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Status(enum.IntEnum):
    """How a call ended, with the values of the C API."""

    OK = 0
    INVALID_ARGUMENT = 1
    UNREACHABLE = 10
    CANCELLED = 11
    TIMED_OUT = 12
    UNAUTHENTICATED = 20
    FORBIDDEN = 21
    NOT_FOUND = 22
    REJECTED = 23
    THROTTLED = 24
    NOT_A_DRAFT = 25
    UNAVAILABLE = 26
    UNKNOWN = 40
    INTERNAL = 90


class Seen(enum.IntEnum):
    """What the last look at the message showed."""

    NOTHING = 0
    DRAFT = 1
    GONE = 2
    NOT_ALLOWED = 3
    NOT_A_DRAFT = 4


class Evidence(enum.IntEnum):
    """How it is known that a mail was sent."""

    ACCEPTED = 1
    """Graph accepted it in its reply to this call."""
    FOUND = 2
    """A check found that the message stopped being a draft after the call began; another program may have sent it."""


@dataclass(frozen=True)
class Receipt:
    """What is known of a mail that was sent: what an audit log keeps and Microsoft's support asks for."""

    evidence: Evidence
    request_id: str
    """Graph's `request-id` of the last reply to a send; empty where it named none."""
    client_request_id: str
    """The `client-request-id` that every request of the call carried."""
    http_status: int
    """The HTTP status of the last reply to a send; 0 where none came."""
    attempts: int
    """How many attempts handed on at least one byte of a request."""
    sent_id: str
    """The mail's id in Sent Items where a check learned it, else empty."""
