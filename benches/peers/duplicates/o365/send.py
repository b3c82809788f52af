"""Sends a draft with O365: send.py BASE-URL TOKEN ID. Prints one word; why and how long on standard error."""

import sys
import time

from O365 import Account, MSGraphProtocol
from O365.utils.token import MemoryTokenBackend

base_url, token, draft = sys.argv[1:]
root, version = base_url.rsplit("/", 1)


class Cloud(MSGraphProtocol):
    """Another service root: O365 has no setting for it but a protocol of one's own."""

    _protocol_url = root + "/"


class Static(MemoryTokenBackend):
    """A token backend that has its token already."""

    has_data = True

    def get_access_token(self, *, username=None):
        return {"secret": token}

    def token_is_expired(self, *, username=None):
        return False


account = Account(("client", "secret"), protocol=Cloud(api_version=version), token_backend=Static())
message = account.mailbox().get_message(draft)  # sending needs the message itself
began = time.monotonic()
try:
    word, why = ("sent", "") if message.send() else ("failed", "send() was False")
except Exception as e:
    word, why = "failed", f"{type(e).__name__} {' '.join(str(e).split())}"
print(f"{(time.monotonic() - began) * 1000:.0f} {why}", file=sys.stderr)
print(word)
