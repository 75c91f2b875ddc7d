"""A real Dovecot: IMAP and POP3, each plain with STARTTLS and encrypted from the beginning."""

from __future__ import annotations

import socket
from collections.abc import Sequence

from tests.probes.certificates import pem
from tests.probes.real.program import Program
from tests.servers import free_port

_CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = /dev/stderr
protocols = imap pop3
listen = 127.0.0.1
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
ssl = yes
ssl_cert = <{folder}/chain.pem
ssl_key = <{folder}/key.pem
mail_location = maildir:{folder}/mail
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""

_LOGINS = """
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = passwd-file
  args = {folder}/users
}}
"""


class Dovecot(Program):
    """dovecot(1) as one ordinary user. Without `logins` its login process is broken, as happens, and it says so."""

    def __init__(self, *, logins: bool = True) -> None:
        super().__init__()
        self._logins = logins
        self.imap = self.port
        self.imaps, self.pop3, self.pop3s = free_port(), free_port(), free_port()

    def prepare(self) -> None:
        chain, key = pem("127.0.0.1")
        user, group = self.run("id", "-un").strip(), self.run("id", "-gn").strip()
        ports = {"imap": self.imap, "imaps": self.imaps, "pop3": self.pop3, "pop3s": self.pop3s}
        text = _CONFIGURATION + (_LOGINS if self._logins else "")
        (self.folder / "dovecot.conf").write_text(text.format(folder=self.folder, user=user, group=group, **ports))
        (self.folder / "chain.pem").write_bytes(chain)
        (self.folder / "key.pem").write_bytes(key)
        (self.folder / "users").write_text("")
        self.give(*(self.folder / name for name in ("dovecot.conf", "chain.pem", "key.pem", "users")))

    def command(self) -> Sequence[str]:
        return ["dovecot", "-F", "-c", str(self.folder / "dovecot.conf")]

    def answers(self) -> bool:
        """It listens before it is ready; whoever comes then waits for it."""
        if not super().answers():
            return False
        if not self._logins:
            return True
        with socket.create_connection(("127.0.0.1", self.imap), 10) as probe:
            return probe.recv(4) == b"* OK"
