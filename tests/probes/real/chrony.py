"""A real chrony."""

from __future__ import annotations

import socket
from collections.abc import Sequence

from tests.probes.cases.ntp import request
from tests.probes.real.program import Program


class Chronyd(Program):
    """chronyd(8) that sets no clock and asks nobody. `options` are more lines of its configuration."""

    def __init__(self, *options: str) -> None:
        super().__init__()
        self._options = options

    def prepare(self) -> None:
        lines = [f"port {self.port}", "bindaddress 127.0.0.1", "cmdport 0", f"pidfile {self.folder}/pid"]
        configuration = self.folder / "chrony.conf"
        configuration.write_text("\n".join([*lines, "bindcmdaddress /", "allow 127.0.0.0/8", *self._options]) + "\n")
        self.give(configuration)

    def command(self) -> Sequence[str]:
        # "root" is who it need not become; -U: it may start as anybody.
        return ["chronyd", "-d", "-x", "-U", "-u", "root", "-f", str(self.folder / "chrony.conf")]

    def answers(self) -> bool:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.settimeout(0.2)
            asking.connect(("127.0.0.1", self.port))
            try:
                asking.send(request(1))
                return bool(asking.recv(1024))
            except OSError:
                return False
