"""A real Redis."""

from __future__ import annotations

import socket
from collections.abc import Sequence

from tests.probes.real.program import Program
from tests.servers import free_port
from trayapp.probes.resp import command


class RedisServer(Program):
    """redis-server(1) that keeps nothing on disk. `options` are more words of its command line.

    With `tls`, a certificate chain and its key in PEM, it is encrypted on `port`.
    """

    def __init__(self, *options: str, tls: tuple[bytes, bytes] | None = None) -> None:
        super().__init__()
        self._options = options
        self._tls = tls
        self.plain_port = free_port() if tls else self.port

    def prepare(self) -> None:
        for name, content in zip(("chain.pem", "key.pem"), self._tls or (), strict=False):
            file = self.folder / name
            file.write_bytes(content)
            self.give(file)

    def command(self) -> Sequence[str]:
        words = ["redis-server", "--bind", "127.0.0.1", "--port", str(self.plain_port), "--dir", str(self.folder)]
        words += ["--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0"]
        if self._tls:
            words += ["--tls-port", str(self.port), "--tls-auth-clients", "no"]
            words += ["--tls-cert-file", "chain.pem", "--tls-key-file", "key.pem", "--tls-ca-cert-file", "chain.pem"]
        return [*words, *self._options]

    def tell(self, *words: str) -> bytes:
        """What it says to one command."""
        with socket.create_connection(("127.0.0.1", self.plain_port)) as connection:
            connection.sendall(command(*(word.encode() for word in words)))
            return connection.recv(65536)
