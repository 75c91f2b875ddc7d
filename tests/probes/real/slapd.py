"""A real OpenLDAP server."""

from __future__ import annotations

from collections.abc import Sequence

from tests.probes.certificates import pem
from tests.probes.real.program import Program
from tests.servers import free_port

SUFFIX = "dc=site,dc=test"
ADMIN = f"cn=admin,{SUFFIX}"


class Slapd(Program):
    """slapd(8), with StartTLS on `port` and encrypted on `tls_port`. ADMIN may log in with `password`.

    `options` are more lines of its configuration, before its database.
    """

    def __init__(self, *options: str, password: str = "") -> None:
        super().__init__()
        self.tls_port = free_port()
        self._options = options
        self._password = password

    def prepare(self) -> None:
        chain, key = pem("127.0.0.1")
        database = self.folder / "database"
        database.mkdir()
        lines = [
            "include /etc/ldap/schema/core.schema",
            f"pidfile {self.folder}/pid",
            f"TLSCertificateFile {self.folder}/chain.pem",
            f"TLSCertificateKeyFile {self.folder}/key.pem",
            *self._options,
            "database ldif",
            f'suffix "{SUFFIX}"',
            f'rootdn "{ADMIN}"',
            f"rootpw {self._password}" if self._password else "",
            f"directory {database}",
        ]
        files = {"chain.pem": chain, "key.pem": key, "slapd.conf": "\n".join(lines).encode() + b"\n"}
        for name, content in files.items():
            (self.folder / name).write_bytes(content)
        self.give(database, *(self.folder / name for name in files))

    def command(self) -> Sequence[str]:
        places = f"ldap://127.0.0.1:{self.port} ldaps://127.0.0.1:{self.tls_port}"
        return ["slapd", "-d", "0", "-h", places, "-f", str(self.folder / "slapd.conf")]
