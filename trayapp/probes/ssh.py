"""`ssh`: the server says which SSH it speaks. Nothing is tried that would look like a login."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from trayapp.core.words import Finding, Outcome
from trayapp.probes.addresses import check_host
from trayapp.probes.base import Means
from trayapp.probes.causes import Misbehaved
from trayapp.probes.conversation import Closed, Conversation, conversation, shown
from trayapp.probes.hosted import Hosted, Port
from trayapp.probes.phases import Phases
from trayapp.probes.replies import MOST_LINE, stranger

_OURS = b"SSH-2.0-Watchbell\r\n"
_MOST_LINES_BEFORE = 50
_IDENTIFICATION = re.compile(rb"SSH-([0-9.]+)-(.+)", re.DOTALL)
_OTHERS = re.compile(rb"\d{3}[ -]|\* |\+OK|-ERR|HTTP/|RFB ")
"""How other servers begin. Lines of any kind may come before the identification, so these would be waited out."""


@dataclass(frozen=True, slots=True)
class Ssh(Hosted):
    """A server for remote logins."""

    kind: ClassVar[str] = "ssh"
    title: ClassVar[str] = "Remote login (SSH)"
    example: ClassVar[str] = "ssh://example.org"
    ports: ClassVar[Mapping[int, Mapping[str, Any]]] = {22: {}}

    port: Port = 22

    async def ask(self, means: Means, phases: Phases) -> Finding:
        async with conversation(means, phases, check_host(self.host), self.port) as talk:
            version, software = await identification(talk)
            talk.part(_OURS)  # who leaves without it is logged as a fault by the server
            details = {"protocol": shown(version), "version": shown(software, 100)}
            if version not in (b"2.0", b"1.99"):
                raise Misbehaved("ssh.version", f"it speaks only SSH {shown(version, 20)}, which is broken")
            return Finding(Outcome.OK, details=details)


async def identification(talk: Conversation) -> tuple[bytes, bytes]:
    """Protocol version and software (RFC 4253, 4.2); other lines may come first.

    Misbehaved `ssh.refused`: it said why it will not, and closed the connection.
    """
    before = b""
    for _ in range(_MOST_LINES_BEFORE):
        try:
            line = await talk.line(MOST_LINE)
        except Closed as error:
            if not before:
                raise
            raise Misbehaved("ssh.refused", f'it said "{shown(before)}" and closed the connection') from error
        if line.startswith(b"SSH-"):
            found = _IDENTIFICATION.fullmatch(line)
            if found is None:
                raise stranger("SSH", line)
            return found[1], found[2]
        if _OTHERS.match(line):
            raise stranger("SSH", line)
        before = before or line
    raise stranger("SSH", before)
