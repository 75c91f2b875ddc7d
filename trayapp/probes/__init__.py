"""How to ask: one file per kind, and the one list of them."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

from trayapp.probes.base import Kind
from trayapp.probes.command import Command
from trayapp.probes.dns import Dns
from trayapp.probes.ftp import Ftp
from trayapp.probes.grpc import Grpc
from trayapp.probes.heartbeat import Heartbeat
from trayapp.probes.http import Http
from trayapp.probes.imap import Imap
from trayapp.probes.ldap import Ldap
from trayapp.probes.memcached import Memcached
from trayapp.probes.mqtt import Mqtt
from trayapp.probes.mysql import Mysql
from trayapp.probes.ntp import Ntp
from trayapp.probes.ping import Ping
from trayapp.probes.pop3 import Pop3
from trayapp.probes.postgresql import Postgresql
from trayapp.probes.redis import Redis
from trayapp.probes.smtp import Smtp
from trayapp.probes.ssh import Ssh
from trayapp.probes.tcp import Tcp
from trayapp.probes.tls import Tls
from trayapp.probes.websocket import Websocket

PROBES: Mapping[str, type[Kind]] = MappingProxyType(
    {
        probe.kind: probe
        for probe in (
            Http,
            Command,
            Dns,
            Ftp,
            Grpc,
            Heartbeat,
            Imap,
            Ldap,
            Memcached,
            Mqtt,
            Mysql,
            Ntp,
            Ping,
            Pop3,
            Postgresql,
            Redis,
            Smtp,
            Ssh,
            Tls,
            Websocket,
            Tcp,
        )
    }
)
"""Every kind there is, by the name of its table in services.toml. Bare addresses go to the first that knows them."""


def probe_for(target: str) -> Kind:
    """The probe that a person means by a URL, `kind:target`, a host or host:port.

    ValueError: a sentence that says what is wrong with it.
    """
    target = target.strip()
    if not target:
        raise ValueError("no address: give one such as https://example.org/ or example.org:22")
    for kind in PROBES.values():
        probe = kind.from_target(target)
        if probe is not None:
            return probe
    word, colon, _ = target.partition(":")
    if colon and word.isidentifier():
        near = get_close_matches(word.lower(), [*PROBES, "https"], 1)
        known = ", ".join(PROBES)
        raise ValueError(
            f'no kind of probe is called "{word}" '
            + (f'(did you mean "{near[0]}"?)' if near else f"(there are {known})")
        )
    raise ValueError(f'not an address: "{target[:80]}"; give one such as https://example.org/ or example.org:22')
