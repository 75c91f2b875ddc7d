"""A real PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from tests.probes.real.program import Program


class PostgresServer(Program):
    """postgres(1) with a cluster of its own and the superuser "owner", who logs in with `password`.

    `methods` are lines of pg_hba.conf that stand before "owner by SCRAM"; `settings` are words for its command line.
    With `tls`, a certificate chain and its key in PEM, it offers encryption.
    """

    user = "postgres"

    def __init__(
        self,
        *settings: str,
        password: str = "open-sesame",
        methods: Sequence[str] = (),
        tls: tuple[bytes, bytes] | None = None,
    ) -> None:
        super().__init__()
        self.password = password
        self._settings = settings
        self._methods = methods
        self._tls = tls
        self._cluster = self.folder / "cluster"

    def prepare(self) -> None:
        secret = self.folder / "password"
        secret.write_text(self.password + "\n")
        self.give(secret)
        self.run(
            *(binary("initdb"), "-D", str(self._cluster), "-U", "owner", "-A", "scram-sha-256"),
            *(f"--pwfile={secret}", "-N", "-E", "UTF8", "--locale=C"),
        )
        rules = self._cluster / "pg_hba.conf"
        rules.write_text("\n".join([*self._methods, "host all owner 127.0.0.1/32 scram-sha-256", ""]))
        for name, content in zip(("server.crt", "server.key"), self._tls or (), strict=False):
            file = self._cluster / name
            file.write_bytes(content)
            file.chmod(0o600)
            self.give(file)

    def command(self) -> Sequence[str]:
        settings = ["fsync=off", "listen_addresses=127.0.0.1", f"port={self.port}", "unix_socket_directories="]
        settings += [f"ssl={'on' if self._tls else 'off'}", "lc_messages=C", *self._settings]
        return [
            binary("postgres"),
            "-D",
            str(self._cluster),
            *(word for setting in settings for word in ("-c", setting)),
        ]

    def answers(self) -> bool:
        return "database system is ready to accept connections" in self.log

    def sql(self, *statements: str) -> None:
        """Run these, one after the other, as the owner."""
        self.run(
            *("env", f"PGPASSWORD={self.password}", binary("psql"), "-h", "127.0.0.1", "-p", str(self.port)),
            *("-U", "owner", "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-q"),
            given=";\n".join([*statements, ""]),
        )


def binary(name: str) -> str:
    """Where Debian puts a program of PostgreSQL, which it keeps out of PATH."""
    found = shutil.which(name) or next(iter(sorted(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")))), None)
    assert found is not None, f"there is no {name}: apt-get install postgresql"
    return found
