"""How to ask: one file per kind, and the one list of them."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

from trayapp.probes.base import Kind
from trayapp.probes.http import Http
from trayapp.probes.tcp import Tcp

PROBES: Mapping[str, type[Kind]] = MappingProxyType({probe.kind: probe for probe in (Http, Tcp)})
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
