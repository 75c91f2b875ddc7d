"""A real MariaDB."""

from __future__ import annotations

from collections.abc import Sequence

from tests.probes.real.program import Program


class MariadbServer(Program):
    """mariadbd(8) with data of its own. `statements` are run as it starts; `options` are words of its command line.

    With `tls`, a certificate chain and its key in PEM, it offers encryption.
    """

    user = "mysql"

    def __init__(self, *options: str, statements: Sequence[str] = (), tls: tuple[bytes, bytes] | None = None) -> None:
        super().__init__()
        self._options = options
        self._statements = statements
        self._tls = tls
        self._where = [f"--datadir={self.folder / 'data'}", f"--tmpdir={self.folder}"]

    def prepare(self) -> None:
        self.run(
            "mariadb-install-db",
            "--no-defaults",
            *self._where,
            *_FRUGAL,
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        )
        begin = self.folder / "begin.sql"
        begin.write_text("".join(f"{statement};\n" for statement in self._statements))
        self.give(begin)
        for name, content in zip(("chain.pem", "key.pem"), self._tls or (), strict=False):
            file = self.folder / name
            file.write_bytes(content)
            self.give(file)

    def command(self) -> Sequence[str]:
        words = ["mariadbd", "--no-defaults", *self._where, *_FRUGAL, "--bind-address=127.0.0.1", f"--port={self.port}"]
        words += [f"--socket={self.folder / 'socket'}", f"--pid-file={self.folder / 'pid'}"]
        words += [f"--init-file={self.folder / 'begin.sql'}", *self._options]
        if self._tls:
            words += [f"--ssl-cert={self.folder / 'chain.pem'}", f"--ssl-key={self.folder / 'key.pem'}"]
        return words

    def answers(self) -> bool:
        return "ready for connections" in self.log

    def status(self, name: str) -> int:
        """One of its counters, as the administrator sees it, who comes through its socket."""
        asked = ["mariadb", "--no-defaults", f"--socket={self.folder / 'socket'}", "-u", "root", "-N", "-B", "-e"]
        return int(self.run(*asked, f"show global status like '{name}'").split()[1])


_FRUGAL = (
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-buffer-pool-size=8M",
    "--innodb-log-file-size=4M",
    "--innodb-flush-method=nosync",
)
