"""A real vsftpd."""

from __future__ import annotations

from collections.abc import Sequence

from tests.probes.certificates import pem
from tests.probes.real.program import Program


class Vsftpd(Program):
    """vsftpd(8), which offers AUTH TLS. `options` are more lines of its configuration."""

    def __init__(self, *options: str) -> None:
        super().__init__()
        self._options = options

    def prepare(self) -> None:
        chain, key = pem("127.0.0.1")
        (self.folder / "server.pem").write_bytes(chain + key)
        lines = [
            "listen=YES",
            "background=NO",
            "listen_address=127.0.0.1",
            f"listen_port={self.port}",
            "run_as_launching_user=YES",
            "seccomp_sandbox=NO",
            f"secure_chroot_dir={self.folder}",
            "anonymous_enable=YES",
            "ssl_enable=YES",
            f"rsa_cert_file={self.folder}/server.pem",
            *self._options,
        ]
        configuration = self.folder / "vsftpd.conf"
        configuration.write_text("\n".join(lines) + "\n")
        self.give(configuration, self.folder / "server.pem")

    def command(self) -> Sequence[str]:
        return ["vsftpd", str(self.folder / "vsftpd.conf")]
