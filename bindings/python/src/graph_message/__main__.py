"""`python -m graph_message send --user megan@contoso.example ID`, with the token on standard input or in a file."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from typing import NoReturn, TextIO, Union

from . import Client, Error, Receipt, Sent, Status, __version__

# As sysexits.h has them, which is what mail programs speak.
_EXITS = {
    Status.INVALID_ARGUMENT: os.EX_USAGE,
    Status.UNREACHABLE: os.EX_TEMPFAIL,
    Status.CANCELLED: os.EX_TEMPFAIL,
    Status.TIMED_OUT: os.EX_TEMPFAIL,
    Status.UNAUTHENTICATED: os.EX_NOPERM,
    Status.FORBIDDEN: os.EX_NOPERM,
    Status.NOT_FOUND: os.EX_NOINPUT,
    Status.REJECTED: os.EX_DATAERR,
    Status.THROTTLED: os.EX_TEMPFAIL,
    Status.NOT_A_DRAFT: os.EX_DATAERR,
    Status.UNAVAILABLE: os.EX_TEMPFAIL,
    # Not EX_TEMPFAIL, on which callers repeat.
    Status.UNKNOWN: os.EX_PROTOCOL,
    Status.INTERNAL: os.EX_SOFTWARE,
}

_EPILOG = """\
exit codes (sysexits.h): 0 sent; not sent: 64 wrong arguments; 65 refused, or no draft (any more); 66 no such message,
or no token to read; 75 repeat later; 77 the token is not accepted, or may not do this; may have been sent, run `check`
later: 76, and 70, a defect in this program
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Ends with EX_USAGE: argparse's own 2 says "may have been sent" in the examples of this and other languages."""
        self.print_usage(sys.stderr)
        self.exit(os.EX_USAGE, f"{self.prog}: error: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m graph_message",
        description="Sends an existing draft through Microsoft Graph, and says what became of it.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, what in [
        ("send", "send a draft"),
        ("check", "say what became of a draft that may have been sent; sends nothing"),
    ]:
        command = commands.add_parser(
            name, help=what, epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        command.add_argument("id", metavar="ID", help="the draft's id as Graph gave it")
        command.add_argument("--user", default="me", help="the mailbox: an id or userPrincipalName (the token's own)")
        command.add_argument("--token-file", metavar="FILE", help="holds the access token (standard input)")
        command.add_argument("--internet-message-id", metavar="ID", help="the draft's internetMessageId")
        command.add_argument("--timeout", type=float, metavar="SECONDS", help="bounds the whole call (100)")
        command.add_argument("--base-url", metavar="URL", help="the service root")
        command.add_argument("--ca-file", metavar="FILE", help="PEM file of certificate authorities to trust besides")
        command.add_argument("--proxy", metavar="URL", help="http, https or socks5")
        command.add_argument("--verify", default="on_doubt", choices=["never", "on_doubt", "always"])
    return parser


class _Terminated(KeyboardInterrupt):
    """SIGTERM: ends a call as Ctrl-C does."""


def _terminate(_signal: int, _frame: object) -> NoReturn:
    raise _Terminated


def _say(text: object, stream: Union[TextIO, None]) -> None:
    """Prints a line. The exit code tells what became of the mail, also where nobody can read the line."""
    try:
        print(text, file=stream, flush=True)
    except (OSError, ValueError):
        # What is left in the buffer would fail again when the interpreter ends.
        for place in (sys.stdout, sys.stderr):
            if place is stream and place is not None:
                os.dup2(os.open(os.devnull, os.O_WRONLY), place.fileno())


def _token(file: Union[str, None]) -> str:
    if file is None:
        # There is none where the caller has closed it.
        if sys.stdin is None:
            raise OSError("standard input is closed; give --token-file")
        return sys.stdin.read().strip()
    with open(file, encoding="utf-8") as opened:
        return opened.read().strip()


def main(arguments: Union[list[str], None] = None) -> int:
    """Runs the command line, and returns its exit code."""
    given = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _terminate)
    try:
        token = _token(given.token_file)
    except (OSError, UnicodeDecodeError) as error:
        _say(f"cannot read the token: {error}", sys.stderr)
        return os.EX_NOINPUT
    has_begun = False
    receipt: Union[Receipt, None] = None
    try:
        with Client(
            token,
            base_url=given.base_url,
            timeout=given.timeout,
            ca_file=given.ca_file,
            proxy=given.proxy,
            verify=given.verify,
        ) as client:
            function = client.send if given.command == "send" else client.check
            has_begun = True
            receipt = function(given.id, given.user, internet_message_id=given.internet_message_id)
    except Error as error:
        _say(error, sys.stderr)
        return _EXITS.get(error.status, os.EX_PROTOCOL)
    except KeyboardInterrupt as interrupt:
        ended = interrupt.__cause__ or (Sent(receipt) if receipt else None)
        unknown = "may have been sent: interrupted, run check later" if has_begun else "interrupted before it began"
        _say(ended or unknown, sys.stderr)
        return 128 + (signal.SIGTERM if isinstance(interrupt, _Terminated) else signal.SIGINT)
    ids = f"request-id {receipt.request_id} client-request-id {receipt.client_request_id}"
    _say(f"sent ({receipt.evidence.name.lower()}) {ids}", sys.stdout)
    return os.EX_OK


if __name__ == "__main__":
    sys.exit(main())
