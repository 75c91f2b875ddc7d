"""`tls` in the contract. Encryption that is begun by a command lets the server be as plain as the contract's others."""

from tests.probes.certificates import server
from tests.probes.dialogue import Dialogue
from trayapp.probes.base import Kind
from trayapp.probes.tls import Tls

answer = Dialogue(..., b"S", server())


def at(host: str, port: int) -> Kind:
    return Tls(host, port, starttls="postgresql", verify=False)
