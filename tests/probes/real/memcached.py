"""A real memcached."""

from __future__ import annotations

from collections.abc import Sequence

from tests.probes.real.program import Program


class MemcachedServer(Program):
    """memcached(1) with 64 MiB. `options` are more words of its command line; "logins" is a file that they may name."""

    def __init__(self, *options: str) -> None:
        super().__init__()
        self._options = options

    def prepare(self) -> None:
        logins = self.folder / "logins"
        logins.write_text("somebody:something\n")
        self.give(logins)

    def command(self) -> Sequence[str]:
        return ["memcached", "-l", "127.0.0.1", "-p", str(self.port), "-U", "0", *self._options]
