"""O365: an account a thread, since its session is not made for several."""

from harness import BASE_URL, TOKEN, run_threads
from O365 import Account, MSGraphProtocol
from O365.utils.token import MemoryTokenBackend

root, version = BASE_URL.rsplit("/", 1)


class Cloud(MSGraphProtocol):
    """Another service root: O365 has no setting for it but a protocol of one's own."""

    _protocol_url = root + "/"


class Static(MemoryTokenBackend):
    """A token backend that has its token already."""

    has_data = True

    def get_access_token(self, *, username=None):
        return {"secret": TOKEN}

    def token_is_expired(self, *, username=None):
        return False


def sender(mailbox):
    account = Account(("client", "secret"), protocol=Cloud(api_version=version), token_backend=Static())
    messages = account.mailbox(resource=mailbox)

    def send(draft):
        # Its documentation reads the message first, a second request. This spares it that.
        message = messages.new_message()
        message.object_id = draft
        if not message.send():
            raise RuntimeError("send() was False")

    return send


run_threads(sender)
