"""A real OpenSSH server."""

from __future__ import annotations

from collections.abc import Sequence

from tests.probes.real.program import Program


class Sshd(Program):
    """sshd(8) with a host key of its own. `options` are more lines of its configuration.

    An ordinary user runs it too; so does root, as one: it needs none of the system's folders then.
    """

    def __init__(self, *options: str) -> None:
        super().__init__()
        self._options = options

    def prepare(self) -> None:
        self.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.folder / "key"))
        lines = [
            f"ListenAddress 127.0.0.1:{self.port}",
            f"HostKey {self.folder}/key",
            "PidFile none",
            "UsePAM no",
            *self._options,
        ]
        configuration = self.folder / "sshd_config"
        configuration.write_text("\n".join(lines) + "\n")
        self.give(configuration)

    def command(self) -> Sequence[str]:
        return ["/usr/sbin/sshd", "-D", "-e", "-f", str(self.folder / "sshd_config")]
