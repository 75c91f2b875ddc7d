"""A server that takes nobody in any more who broke off too many handshakes must never come to that through us."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.faults.namespaces import Namespace, in_thread, own_file
from tests.probes.asking import ask
from tests.probes.certificates import pem, trusting
from tests.probes.real.mariadb import MariadbServer
from trayapp.core.words import Finding, Outcome
from trayapp.probes.base import AddrInfo
from trayapp.probes.mysql import Mysql

HERE = "198.51.100.7"
"""An address of this machine in a network of its own: loopback is never blocked."""

MOST = 5
SECRET = "open-sesame"
ANN = f"create user ann identified by '{SECRET}'"
ED = f"create user ed identified via ed25519 using password('{SECRET}')"


async def here(_host: str, port: int) -> Sequence[AddrInfo]:
    return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (HERE, port))]


def beside(user: str, work: Callable[[MariadbServer], Finding], folder: Path) -> Finding:
    """What `work` finds in a network with a server that knows only this user, and this machine by its name."""
    hosts = folder / "hosts"
    hosts.write_text(f"127.0.0.1 localhost\n{HERE} client.test\n")
    network = Namespace()
    network.ip("addr", "add", f"{HERE}/32", "dev", "lo")

    def inside() -> Finding:
        network.enter()
        with (
            own_file("/etc/hosts", hosts),
            MariadbServer(
                *("--bind-address=0.0.0.0", f"--max-connect-errors={MOST}", "--plugin-load-add=auth_ed25519"),
                statements=["delete from mysql.global_priv", "flush privileges", user],
                tls=pem("db.test"),
            ) as server,
        ):
            return work(server)

    try:
        return in_thread(inside)
    finally:
        network.close()


@pytest.mark.parametrize("tls", ["none", "starttls"])
@pytest.mark.parametrize("user", [ANN, ED])
def test_refused_logins_without_end_block_nobody(user: str, tls: str, tmp_path: Path) -> None:
    """It gives a user whom it does not have the plugin of one whom it has, and wants a proof of that plugin's shape."""

    def often(server: MariadbServer) -> Finding:
        for who, password in (("", ""), ("ann", "wrong"), ("ed", SECRET), ("who", "")):
            for _ in range(MOST):
                ask(Mysql("db.test", server.port, user=who, password=password, tls=tls), resolve=here, tls=trusting())
        return ask(Mysql("db.test", server.port, tls=tls), resolve=here, tls=trusting())

    finding = beside(user, often, tmp_path)
    assert (finding.outcome, finding.message) == (Outcome.OK, "")
    assert finding.details["refused"] == 1045


def test_who_breaks_handshakes_off_is_blocked_and_told_how_to_end_that(tmp_path: Path) -> None:
    def cut(server: MariadbServer) -> Finding:
        for _ in range(MOST + 1):
            with socket.create_connection((HERE, server.port)) as connection:
                connection.recv(1000)
        while (finding := ask(Mysql("db.test", server.port), resolve=here)).outcome is Outcome.OK:
            pass  # the server has not noticed all of them yet
        return finding

    finding = beside(ANN, cut, tmp_path)
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "mysql.blocked")
    assert "FLUSH HOSTS" in finding.message
