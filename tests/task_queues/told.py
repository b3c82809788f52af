"""What workers were told, a line each in a file that any of them appends to; and how one dies at the worst moment."""

import json
import os
import pathlib
import signal

FOLDER = pathlib.Path(os.environ["CAMPAIGN_FOLDER"])


def tell(**what):
    line = (json.dumps(what) + "\n").encode()
    file = os.open(FOLDER / "told", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, line)
    os.close(file)


def told():
    file = FOLDER / "told"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def dies_after(id):
    """Lets the worker that has the outcome of this draft's send die before it can say so, once."""
    FOLDER.joinpath(f"die-{id[-60:]}").touch()


def still_to_die():
    return len(list(FOLDER.glob("die-*")))


def die_perhaps(id):
    try:
        FOLDER.joinpath(f"die-{id[-60:]}").unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


class Mortal:
    """A client in whose place the worker dies where it should."""

    def __init__(self, client):
        self._client = client
        self.check = client.check

    def send(self, id, *rest, **named):
        try:
            return self._client.send(id, *rest, **named)
        finally:
            die_perhaps(id)
