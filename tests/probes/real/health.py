"""A real gRPC server with a health service, in a process of its own: the library would leave threads in ours."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.probes.real.program import Program


class GrpcHealth(Program):
    """Knows the server as a whole ("") and the services up, down and unsure. `tls` is a chain and its key, both PEM."""

    user = "root"  # where root runs the tests, nobody else may read its Python

    def __init__(self, tls: tuple[bytes, bytes] | None = None, *, health: bool = True) -> None:
        super().__init__()
        self._tls = tls
        self._health = health

    def prepare(self) -> None:
        if self._tls is not None:
            (self.folder / "chain.pem").write_bytes(self._tls[0])
            (self.folder / "key.pem").write_bytes(self._tls[1])

    def command(self) -> Sequence[str]:
        papers = [] if self._tls is None else [str(self.folder / "chain.pem"), str(self.folder / "key.pem")]
        without = [] if self._health else ["--without-health"]
        program = Path(__file__).with_name("health_server.py")
        return [sys.executable, "-P", str(program), str(self.port), *papers, *without]
