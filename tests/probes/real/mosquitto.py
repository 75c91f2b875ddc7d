"""A real Mosquitto."""

from __future__ import annotations

from collections.abc import Sequence

from tests.probes.certificates import pem
from tests.probes.real.program import Program
from tests.servers import free_port


class Mosquitto(Program):
    """mosquitto(8), plain on `port` and encrypted on `tls_port`. It lets in who is in `logins`; without, everybody."""

    def __init__(self, **logins: str) -> None:
        super().__init__()
        self.tls_port = free_port()
        self._logins = logins

    def prepare(self) -> None:
        chain, key = pem("127.0.0.1")
        files = {"chain.pem": chain, "key.pem": key}
        lines = ["persistence false", f"allow_anonymous {'false' if self._logins else 'true'}"]
        if self._logins:
            files["logins"] = b""
            lines.append(f"password_file {self.folder}/logins")
        lines += [f"listener {self.port} 127.0.0.1", f"listener {self.tls_port} 127.0.0.1"]
        lines += [f"certfile {self.folder}/chain.pem", f"keyfile {self.folder}/key.pem"]
        files["mosquitto.conf"] = "\n".join(lines).encode() + b"\n"
        for name, content in files.items():
            (self.folder / name).write_bytes(content)
        self.give(*(self.folder / name for name in files))
        for user, password in self._logins.items():
            self.run("mosquitto_passwd", "-b", str(self.folder / "logins"), user, password)

    def command(self) -> Sequence[str]:
        return ["mosquitto", "-c", str(self.folder / "mosquitto.conf")]
