"""What was seen when an incident opened and when it closed: the checks that decided it, what the service said, and
what else answered meanwhile, which tells whether it was our own network.

Kept with the incident for ever, so it is small: at most MOST_BYTES as JSON, whatever a server sent. How it is told to
a person stands in account.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from trayapp.core.account import as_text
from trayapp.core.concealing import without_secrets
from trayapp.core.seen import MOST_WORD, Seen, Vantage, Witness, check_json, network_json, seen_in, vantage_in
from trayapp.core.taming import Fields, page, tame
from trayapp.core.wording import plain
from trayapp.core.words import NOTHING, CheckResult, Service

__all__ = ["Evidence", "Seen", "Vantage", "Witness", "as_text"]

MOST_BYTES = 16_384
"""Of the JSON of one evidence, in UTF-8."""

MOST_CHECKS = 10
_MOST_TARGET, _MOST_READ = 300, 4 * MOST_BYTES

_TOLD_ELSEWHERE = frozenset({"status", "http", "tls", "errno", "gai_errno", "verify_code", "phase", "seen"})
"""Details of a check that stand in its message, or in its exhibit."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Of one turn of an incident, decided at `at`. `title`, `kind`, `target`, `interval`, `recheck`, `timeout`
    (milliseconds) and `needed` (checks in a row) are those of the service then.

    `checks` are those of the run that decided it, the oldest first; `before` is the newest one of the other kind.
    `exhibit` is what the service said in the last of them that heard anything, with the details of the last one.
    `version` is that of Watchbell. `cut` names what was left out for want of room.
    """

    at: int
    title: str
    kind: str
    target: str
    interval: int
    recheck: int
    timeout: int
    needed: int
    checks: tuple[Seen, ...]
    before: Seen | None = None
    exhibit: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    network: Vantage | None = None
    version: str = ""
    cut: tuple[str, ...] = ()

    def to_json(self) -> str:
        """One JSON object of at most MOST_BYTES. What does not fit is left out, what is told at length first."""
        fitting = self
        for shorten in _SHORTER:
            while len((text := _dumped(fitting)).encode()) > MOST_BYTES:
                shorter = shorten(fitting)
                if shorter is None:
                    break
                fitting = shorter
            else:
                return text
        return text  # its smallest form is bounded key by key, far below

    @classmethod
    def from_json(cls, text: str) -> Evidence:
        """The evidence that this text is; keys of a newer version are passed over. ValueError: it is none."""
        if len(text) > _MOST_READ:
            raise ValueError("this is larger than evidence can be")
        try:
            value = json.loads(text, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            raise ValueError("this is no JSON") from error
        fields = Fields(value, "the evidence")
        before, network = value.get("before"), value.get("network")
        return cls(
            at=fields.moment("at"),
            title=fields.text("title"),
            kind=fields.text("kind", MOST_WORD),
            target=fields.text("target", _MOST_TARGET),
            interval=fields.moment("interval"),
            recheck=fields.moment("recheck"),
            timeout=fields.moment("timeout"),
            needed=fields.moment("needed"),
            checks=tuple(map(seen_in, fields.items("checks", MOST_CHECKS))),
            before=None if before is None else seen_in(before),
            exhibit=tame(fields.mapping("exhibit")),
            network=None if network is None else vantage_in(network),
            version=fields.text("version", MOST_WORD),
            cut=fields.texts("cut", len(_SHORTER), MOST_WORD),
        )


def of(
    service: Service,
    at: int,
    needed: int,
    run: tuple[CheckResult, ...],
    before: CheckResult | None,
    network: Vantage | None,
    version: str,
) -> Evidence:
    """The evidence of a turn that this run of checks decided; the exhibit is that of its newest check that has one."""
    spoke = dict(next((result.finding.exhibit for result in reversed(run) if result.finding.exhibit), NOTHING))
    details = run[-1].finding.details if run else NOTHING
    if facts := {name: value for name, value in details.items() if name not in _TOLD_ELSEWHERE}:
        spoke["details"] = facts
    return Evidence(
        at=at,
        title=plain(service.title),
        kind=plain(service.probe.kind, MOST_WORD),
        target=plain(without_secrets(service.probe.target), _MOST_TARGET),
        interval=service.interval,
        recheck=service.recheck,
        timeout=service.timeout,
        needed=needed,
        checks=tuple(Seen.of(result) for result in run[-MOST_CHECKS:]),
        before=None if before is None else Seen.of(before),
        exhibit=tame(spoke),
        network=network,
        version=version,
    )


def _without_body(evidence: Evidence) -> Evidence | None:
    """Half of what the page said, then nothing of it."""
    body = evidence.exhibit.get("body")
    if not isinstance(body, str):
        return None
    kept = {key: value for key, value in evidence.exhibit.items() if key != "body"}
    if len(body) > 100:
        kept["body"] = page(body[: len(body) // 2])
    return _cut(evidence, "excerpt", exhibit=kept)


def _without_lines(evidence: Evidence) -> Evidence | None:
    for key in ("said", "headers"):
        lines = evidence.exhibit.get(key)
        if isinstance(lines, list):
            kept = {name: value for name, value in evidence.exhibit.items() if name != key}
            if len(lines) > 1:
                kept[key] = lines[: len(lines) // 2] if key == "headers" else lines[len(lines) - len(lines) // 2 :]
            return _cut(evidence, "headers" if key == "headers" else "excerpt", exhibit=kept)
    return None


def _without_checks(evidence: Evidence) -> Evidence | None:
    return _cut(evidence, "checks", checks=evidence.checks[1:]) if len(evidence.checks) > 1 else None


def _without_exhibit(evidence: Evidence) -> Evidence | None:
    return _cut(evidence, "excerpt", exhibit={}) if evidence.exhibit else None


def _without_witnesses(evidence: Evidence) -> Evidence | None:
    network = evidence.network
    if network is None or not network.witnesses:
        return None
    return _cut(evidence, "witnesses", network=replace(network, witnesses=network.witnesses[:-1]))


_SHORTER: tuple[Callable[[Evidence], Evidence | None], ...] = (
    _without_body,
    _without_lines,
    _without_checks,
    _without_exhibit,
    _without_witnesses,
)


def _cut(evidence: Evidence, what: str, **kept: Any) -> Evidence:
    cut = evidence.cut if what in evidence.cut else (*evidence.cut, what)
    return replace(evidence, cut=cut, **kept)


def _dumped(evidence: Evidence) -> str:
    value = {
        "at": evidence.at,
        "title": plain(evidence.title),
        "kind": plain(evidence.kind, MOST_WORD),
        "target": plain(evidence.target, _MOST_TARGET),
        "interval": evidence.interval,
        "recheck": evidence.recheck,
        "timeout": evidence.timeout,
        "needed": evidence.needed,
        "checks": [check_json(seen) for seen in evidence.checks[-MOST_CHECKS:]],
        "before": None if evidence.before is None else check_json(evidence.before),
        "exhibit": tame(evidence.exhibit),
        "network": None if evidence.network is None else network_json(evidence.network),
        "version": plain(evidence.version, MOST_WORD),
        "cut": [plain(what, MOST_WORD) for what in evidence.cut[: len(_SHORTER)]],
    }
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _no_number(written: str) -> Any:
    raise ValueError(f"{written} is no number of JSON")
