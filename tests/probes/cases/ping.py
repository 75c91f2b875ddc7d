"""`ping` in the contract: it has no port."""

from trayapp.probes.base import Kind
from trayapp.probes.ping import Ping

STREAM = False


def at(host: str, _port: int) -> Kind:
    return Ping(host)
