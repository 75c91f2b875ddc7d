"""A real dnsmasq."""

from __future__ import annotations

import os
import pwd
from collections.abc import Sequence

from tests.probes.real.program import Program


class Dnsmasq(Program):
    """dnsmasq(8) that asks nobody else. `options` are more words of its command line, which say what it knows."""

    def __init__(self, *options: str) -> None:
        super().__init__()
        self._options = options

    def command(self) -> Sequence[str]:
        words = ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--no-hosts", "--no-resolv"]
        words += [f"--port={self.port}", "--bind-interfaces", "--listen-address=127.0.0.1", "--log-facility=-"]
        return [*words, f"--user={pwd.getpwuid(os.geteuid()).pw_name}", *self._options]
