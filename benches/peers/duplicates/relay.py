"""TLS in front of the emulator, which speaks plain HTTP: one relay a run, loopback only.

It hands on what happens to a connection as it is: a reset stays a reset, an orderly close an orderly close.
"""

import select
import socket
import ssl
import struct
import threading

CHUNK = 65536


def reset(connection):
    """Closes a connection with a reset."""
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except OSError:
        pass
    connection.close()


class Relay:
    """Accepts TLS on a free port and connects each connection with the emulator."""

    def __init__(self, upstream, certificate, key, early):
        """early: the emulator may end the connection before TLS begins."""
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.upstream = upstream
        self.early = early
        self.ended = 0  # connections that the emulator ended without a byte
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        """Takes no more connections."""
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connection, args=(client,), daemon=True).start()

    def _connection(self, client):
        try:
            server = socket.create_connection(self.upstream)
        except OSError:
            return reset(client)
        for side in client, server:
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.early and select.select([server], [], [], 0.05)[0]:
            self.ended += 1
            server.close()
            return reset(client)
        try:
            client.settimeout(10)
            client = self.context.wrap_socket(client, server_side=True)
        except (OSError, ValueError):
            server.close()
            return client.close()
        try:
            self._pass_on(client, server)
        finally:
            client.close()
            server.close()

    def _pass_on(self, client, server):
        answered = False
        while True:
            ready = select.select([client, server], [], [])[0]
            if server in ready:
                try:
                    data = server.recv(CHUNK)
                except OSError:
                    self.ended += not answered
                    return reset(client)
                if not data:
                    self.ended += not answered
                    return self._say_goodbye(client)
                answered = True
                client.settimeout(10)
                try:
                    client.sendall(data)
                except OSError:
                    return reset(server)
            if client in ready:
                client.settimeout(0)
                while True:
                    try:
                        data = client.recv(CHUNK)
                    except ssl.SSLWantReadError:
                        break
                    except OSError:
                        return reset(server)
                    if not data:
                        return None
                    try:
                        server.sendall(data)
                    except OSError:
                        self.ended += not answered
                        return reset(client)

    @staticmethod
    def _say_goodbye(client):
        client.settimeout(0)
        try:
            client.unwrap()
        except (OSError, ValueError):
            pass
