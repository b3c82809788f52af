"""nginx as the service: answers every send with 202, and counts."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent


def free_ports(number):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Server:
    """One nginx, from its start to its end."""

    PORTS = ["PLAIN", "TLS", "DELAYED", "DELAYED_TLS", "ONCE", "STATUS"]

    def __init__(self, folder):
        self.asked = 0
        self.ports = dict(zip(self.PORTS, free_ports(len(self.PORTS))))
        text = (HERE / "nginx.conf").read_text().replace("@FOLDER@", str(folder))
        for name, port in self.ports.items():
            text = text.replace(f"@{name}@", str(port))
        (folder / "nginx.conf").write_text(text)
        # What was not accepted, and whether each TLS session on ONCE was resumed.
        self.wrong, self.resumed = folder / "wrong.log", folder / "resumed.log"
        self.wrong.write_text("")
        self.resumed.write_text("")
        environment = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin"}
        # -e: where it says what goes wrong before the configuration is read.
        command = ["nginx", "-e", folder / "error.log", "-p", folder, "-c", folder / "nginx.conf"]
        self.process = subprocess.Popen(command, env=environment)
        for _ in range(100):
            try:
                self.requests()
                return
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.05)
        sys.exit(f"nginx did not start: see {folder}/error.log")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def url(self, port):
        scheme = "https" if port in ("TLS", "DELAYED_TLS", "ONCE") else "http"
        return f"{scheme}://127.0.0.1:{self.ports[port]}/v1.0"

    def requests(self):
        """How many requests it has answered; asking is not counted."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{self.ports['STATUS']}/", timeout=10) as reply:
            answered = int(reply.read().split()[9])
        self.asked += 1
        return answered - self.asked
