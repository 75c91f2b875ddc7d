"""The report of one incident that a person copies into a ticket or a mail: what happened, what was seen, and how we
know that it was not our own network.

It is read at the other company, by somebody who would rather that it were us. So it claims nothing that was not seen,
says of each time which zone it is in, and what is not known is said to be not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from trayapp.core.instants import exactly, moment, offset, time_of_day
from trayapp.core.wording import duration, latency, plain
from trayapp.core.words import PHASES, Incident, Outcome

if TYPE_CHECKING:
    from trayapp.core.evidence import Evidence
    from trayapp.core.seen import Seen, Vantage, Witness

_MOST_CHECKS, _MOST_GOOD, _MOST_WITNESSES = 4, 3, 4
_MOST_HEARD, _MOST_LINES, _MOST_HOPS, _WIDTH = 13, 6, 2, 120

_STEPS = {"dns": "name", "connect": "connection", "tls": "encryption", "first_byte": "first byte", "body": "the rest"}

_ENDINGS = {
    "changed": "its settings were changed, so nobody knows when it ended",
    "removed": "it is not watched any more, so nobody knows when it ended",
    "unseen": "nobody looked after that, so nobody knows when it ended",
}


def as_text(
    incident: Incident,
    opening: Evidence | None,
    closing: Evidence | None,
    *,
    title: str,
    now: int,
    zone: tzinfo,
    version: str = "",
) -> str:
    """The report, at most 60 lines of plain text. `title` is the name of the service now, `now` is ms UTC, `zone` that
    of the reader, `version` Watchbell's. Without evidence, as of incidents before there was any, it is shorter.
    """
    facts = opening or closing
    name = plain(title, 80) or incident.service
    address = f"{facts.target} ({facts.kind})" if facts is not None else ""
    parts = (
        [f"Outage of {name}" if incident.end is not None else f"{name} is down", *filter(None, (address,))],
        list(_course(incident, opening, now, zone)),
        list(_checks("What was seen", "", opening, zone)),
        list(_said(opening)),
        list(_certificate(opening)),
        list(_network(opening, zone)),
        list(_checks("How it came back", "good again", closing, zone)),
        list(_method(facts, version)),
    )
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _course(incident: Incident, opening: Evidence | None, now: int, zone: tzinfo) -> Iterator[str]:
    yield f"From       {moment(incident.start, zone)}, the first failed check"
    if incident.end is None:
        yield f"Until      still down at {moment(now, zone)}"
        yield f"Lasted     {exactly(now - incident.start)} so far"
    elif incident.closing in _ENDINGS:
        yield f"Until      {moment(incident.end, zone)}: {_ENDINGS[incident.closing]}"
    else:
        unseen = ", but it came back unseen: that is the latest it can have been" if incident.end_uncertain else ""
        yield f"Until      {moment(incident.end, zone)}, the first good check{unseen}"
        most = "at most " if incident.end_uncertain else ""
        yield f"Lasted     {most}{exactly(incident.end - incident.start)}"
    row = f", by {_count(opening.needed, 'failed check')} in a row" if opening is not None else ""
    yield f"Confirmed  {moment(incident.confirmed, zone)}{row}"
    cause = plain(incident.cause, 60)
    yield f"Cause      {plain(incident.message) or cause or 'not known'}{f' ({cause})' if cause else ''}"


def _checks(heading: str, good: str, evidence: Evidence | None, zone: tzinfo) -> Iterator[str]:
    """The run of checks that decided it, and what was seen before."""
    if evidence is None or not evidence.checks:
        return
    shown = evidence.checks[-(_MOST_GOOD if good else _MOST_CHECKS) :]
    yield f"{heading} (times in {offset(shown[0].at, zone)})"
    if evidence.needed > len(shown):
        yield f"  ({_count(evidence.needed - len(shown), 'earlier check')} of this run not listed)"
    for seen in shown:
        yield f"  {time_of_day(seen.at, zone)}  {_outcome(seen, good)}"
    took = shown[-1].phases_ms
    if took and not good:
        steps = ", ".join(f"{_STEPS.get(phase, phase)} {latency(ms)}" for phase, ms in took.items() if phase in PHASES)
        yield f"  The last of these, step by step: {steps}"
    if evidence.before is not None:
        which = "Last failed check before" if good else "Last good check before"
        yield f"  {which}: {moment(evidence.before.at, zone)}, {_outcome(evidence.before, 'good')}"


def _outcome(seen: Seen, good: str) -> str:
    """ "failed: HTTP 503, after 31 ms, from 192.0.2.7"."""
    if seen.outcome in (Outcome.OK, Outcome.WARNING):
        said = ": ".join(filter(None, (good or "good", plain(seen.message, 120))))
    else:
        said = f"failed: {plain(seen.message, 120) or plain(seen.cause, 60) or 'no reason known'}"
    after = f", after {latency(seen.latency_ms)}" if seen.latency_ms is not None else ""
    return said + after + (f", from {plain(seen.address, 60)}" if seen.address else "")


def _said(evidence: Evidence | None) -> Iterator[str]:
    """What the service answered, in its own words, as far as they are kept."""
    exhibit = evidence.exhibit if evidence is not None else {}
    ways = _texts(exhibit.get("hops"))[-_MOST_HOPS:] + _texts(exhibit.get("status_line"))[:1]
    said = [line for text in _texts(exhibit.get("said")) for line in text.splitlines()][-_MOST_LINES:]
    body = [line for text in _texts(exhibit.get("body")) for line in text.splitlines()]
    words = said or body[:_MOST_LINES] + ["…"] * (len(body) > _MOST_LINES)
    details = exhibit.get("details")
    facts = [f"{name}: {value}" for name, value in details.items()] if isinstance(details, Mapping) else []
    notes = [", ".join(facts)] if facts else []
    notes += [f"({note})" for note in _texts(exhibit.get("note"))[:1]]
    pairs = exhibit.get("headers")
    headers = [pair for pair in pairs if isinstance(pair, list) and len(pair) == 2] if isinstance(pairs, list) else []
    room = _MOST_HEARD - len(ways) - len(words) - len(notes)
    shown = headers if len(headers) <= room else headers[: max(room - 1, 0)]
    named = [f"{name}: {value}" for name, value in shown]
    if len(headers) > len(shown):
        named.append(f"(and {_count(len(headers) - len(shown), 'more header')})")
    heard = [plain(line, _WIDTH) for line in (*ways, *named, *(f"| {line}" for line in words), *notes)]
    if heard:
        yield "What it answered (secrets taken out, cut where it was long)"
        yield from (f"  {line}" for line in heard)


def _certificate(evidence: Evidence | None) -> Iterator[str]:
    exhibit = evidence.exhibit if evidence is not None else {}
    shown = exhibit.get("certificate")
    if not isinstance(shown, Mapping):
        return
    told = {key: plain(str(shown[key]), _WIDTH) for key in shown}
    yield "The certificate it showed"
    names = f"; names: {told['names']}" if told.get("names") else ""
    yield f"  {told.get('subject', 'nobody')}, issued by {told.get('issuer', 'nobody')}{names}"
    yield f"  valid from {told.get('begins', '?')} to {told.get('ends', '?')}"
    yield f"  SHA-256 {told.get('sha256', '?')}"


def _network(evidence: Evidence | None, zone: tzinfo) -> Iterator[str]:
    """Whether it can have been our own network: nothing is said that was not seen."""
    told = evidence.network if evidence is not None else None
    if told is None:
        return
    yield "Was it our own network?"
    if told.network == "loopback":
        yield "  No network lies between: the service runs on the computer that checks it."
        return
    others = list(_others(told, zone))
    if told.own_answer:
        yield "  No. The service itself answered, as nobody else can in its place, so the way to it worked."
    elif others:
        yield "  No, as far as can be seen from here."
    else:
        yield "  Not proven: there was nobody else to be asked."
    if others:
        yield "  After the first failed check these answered over the same network:"
        yield from (f"  - {line}" for line in others)
    if told.portal:
        yield "  Something here answers in place of others, as login pages do: what is not encrypted proves nothing."
    yield f"  {_connection(told, zone)}"


def _others(told: Vantage, zone: tzinfo) -> Iterator[str]:
    services = [witness for witness in told.witnesses if witness.role == "service"]
    for witness in [witness for witness in told.witnesses if witness.role != "service"][:_MOST_WITNESSES]:
        yield f"{_who(witness)}, at {time_of_day(witness.at, zone)}"
    if services:  # which ones is nobody's business at the other company
        newest = max(witness.at for witness in services)
        yield f"{_count(len(services), 'other service')} that we watch, last at {time_of_day(newest, zone)}"


def _who(witness: Witness) -> str:
    name = plain(witness.name, 80)
    match witness.role:
        case "control":
            return f"{name}, asked for comparison"
        case "names":
            return "our name server, with what only the internet knows"
        case "near":
            return f"{name}, a router or name server on our own network"
        case "far":
            return f"{name}, the other end of our VPN"
    return name


def _connection(told: Vantage, zone: tzinfo) -> str:
    """ "Our connection (eth0, no VPN) had not changed since 2026-11-22 08:12:04 +01:00 (07:12:04 UTC)."."""
    vpn = f"with the VPN {', '.join(plain(name, 20) for name in told.tunnels)} up" if told.tunnels else "no VPN"
    ours = f"Our connection ({', '.join(filter(None, (plain(told.link, 20), vpn)))})"
    if told.steady_since is None:
        return f"{ours}; since when it has been as it is, is not known."
    return f"{ours} had not changed since {moment(told.steady_since, zone)}."


def _method(evidence: Evidence | None, version: str) -> Iterator[str]:
    yield "How this was measured"
    if evidence is not None:
        often = f"every {duration(evidence.interval)}, every {duration(evidence.recheck)} while in doubt"
        yield f"  Asked {often}, waiting at most {duration(evidence.timeout)} for an answer."
    seen = evidence.version if evidence is not None else ""
    told = f" (this report by {plain(version, 20)})" if version and seen and version != seen else ""
    by = plain(seen or version, 20)
    yield f"  By Watchbell {by}{told}, by the clock of the computer that it runs on."
    if evidence is not None and evidence.cut:
        yield f"  Left out for want of room: {', '.join(plain(what, 20) for what in evidence.cut)}."


def _texts(value: Any) -> list[str]:
    """The texts of an exhibit's entry, which is one or a list of them."""
    items = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return [item for item in items if isinstance(item, str)]


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
