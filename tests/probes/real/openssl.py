"""A real `openssl s_server`, for handshakes that no other server offers any more."""

from __future__ import annotations

from collections.abc import Sequence

from tests.probes.real.program import Program


class OpenSslServer(Program):
    """Answers every request over TLS with a page about the connection. `options` are those of s_server.

    `chain` and `key` are PEM.
    """

    user = "root"  # it reads files of the tests, which are for their owner's eyes

    def __init__(self, chain: bytes, key: bytes, *options: str) -> None:
        super().__init__()
        self._chain = chain
        self._key = key
        self._options = options

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}/"

    def prepare(self) -> None:
        (self.folder / "chain.pem").write_bytes(self._chain)
        (self.folder / "key.pem").write_bytes(self._key)

    def command(self) -> Sequence[str]:
        chain, key = str(self.folder / "chain.pem"), str(self.folder / "key.pem")
        place = ["-accept", f"127.0.0.1:{self.port}", "-www"]
        return ["openssl", "s_server", *place, "-cert", chain, "-cert_chain", chain, "-key", key, *self._options]
