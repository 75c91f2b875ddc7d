"""One file per kind: what the contract of all kinds needs to know of it.

def at(host, port) -> Kind           a probe of that place; left out: what `kind:host:port` means
async def answer(reader, writer)     the smallest server whose answer is right
def reply(datagram) -> Iterable      the datagrams that answer one, right, where it speaks in those
STREAM = False                       it speaks no TCP, and its own tests keep the contract of the wire
RESOLVES = False                     it looks no names up
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.servers import Behaviour
from trayapp.probes import PROBES
from trayapp.probes.base import Kind


@dataclass(frozen=True)
class Case:
    """A kind as the contract asks it."""

    kind: str
    at: Callable[[str, int], Kind]
    answer: Behaviour | None
    stream: bool
    resolves: bool
    reply: Callable[[bytes], Iterable[bytes]] | None


def case(kind: str) -> Case:
    """The case of a listed kind. ModuleNotFoundError: it has none, and must."""
    module = importlib.import_module(f"{__name__}.{kind}")
    return Case(
        kind,
        getattr(module, "at", lambda host, port: _meant(kind, host, port)),
        getattr(module, "answer", None),
        getattr(module, "STREAM", True),
        getattr(module, "RESOLVES", True),
        getattr(module, "reply", None),
    )


CASES = {kind: case(kind) for kind in PROBES}
STREAMS = [kind for kind, its in CASES.items() if its.stream]
RESOLVING = [kind for kind, its in CASES.items() if its.resolves]


def _meant(kind: str, host: str, port: int) -> Kind:
    probe = PROBES[kind].from_target(f"{kind}:{host}:{port}")
    assert probe is not None
    return probe
