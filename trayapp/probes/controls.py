"""Control targets: well-known hosts that are asked only to learn whether our own network works.

A control is a probe like any other; what differs is how its finding is read. `[network] control` in
services.toml names them: "https://host" (its certificate must be right), "tcp://host:port" (it must accept),
"dns:name" (a zone in which name servers are asked for names that cannot exist), and "http://…". That last kind
best has an answer that is known beforehand: whoever stands in between says something else.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from trayapp.core.words import Finding, Outcome
from trayapp.probes.addresses import check_host, check_url
from trayapp.probes.base import Kind
from trayapp.probes.http import Http
from trayapp.probes.tcp import Tcp

WELL_KNOWN = (
    "http://connectivitycheck.gstatic.com/generate_204",
    "http://detectportal.firefox.com/success.txt",
    "https://1.1.1.1",
    "https://www.wikipedia.org",
    "https://9.9.9.9",
    "dns:cloudflare.com",
)
"""Run by different people, by name and by number. Asked after failures only, never more than two in 5 s."""

FOREIGN = frozenset({"tls.hostname", "tls.self_signed", "tls.unknown_ca", "tls.handshake"})
"""Causes that a host has whose place somebody else took."""

_EMPTY = "204"
_WORDS = {"/success.txt": "success", "/nm-check.txt": "NetworkManager is online", "/ncsi.txt": "Microsoft NCSI"}
"""Pages that exist to be asked for, and what they say; where the address ends in 204, so does the answer."""

_ANY = ("200-599",)
_LOGIN_NEEDED = 511  # RFC 6585, section 6: what captive portals should answer


class Answer(Enum):
    """ANSWERED: the control itself spoke. STRANGER: somebody else did in its place. SILENT: nobody, or who knows."""

    ANSWERED = "answered"
    STRANGER = "stranger"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Control:
    """One control target. `probe` is None for "dns:name", whose `name` a name server is asked about.

    `unmasks`: nothing protects its answer, so a portal may speak instead and betray itself. `genuine`: its right
    answer is nobody else's; a certificate proves it, or words that no portal says.
    """

    target: str
    probe: Kind | None
    name: str = ""
    unmasks: bool = False
    genuine: bool = False


def control(target: str) -> Control:
    """The control that this text means. ValueError: it means none."""
    scheme, _, rest = target.partition(":")
    match scheme.lower():
        case "http":
            return _page(target, check_url(target).path)
        case "https":
            check_url(target)
            return Control(target, _proof(target), genuine=True)
        case "tcp":
            return Control(target, Tcp.from_target(target))
        case "dns":
            return Control(target, None, check_host(rest.removeprefix("//")))
    raise ValueError(f'not a control target: "{target}"; write https://host, http://…, tcp://host:port or dns:name')


def check_controls(targets: tuple[str, ...]) -> None:
    """ValueError: one of them is none."""
    for target in targets:
        control(target)


def read(asked: Control, finding: Finding) -> Answer:
    """What a control's finding says of the way to it."""
    if finding.outcome is Outcome.OK:
        return Answer.ANSWERED
    if not asked.unmasks:
        return Answer.STRANGER if finding.cause in FOREIGN else Answer.SILENT
    status = finding.details.get("status", 0)
    instead = 200 <= status < 400 or status == _LOGIN_NEEDED or finding.cause == "http.body"
    return Answer.STRANGER if instead else Answer.SILENT


def _proof(url: str) -> Http:
    """Whatever it answers will do, if only its certificate is right; when that ends is no concern of ours."""
    return Http(url, method="HEAD", expect_status=_ANY, follow="none", certificate_days=0)


def _page(url: str, path: str) -> Control:
    if path.endswith(_EMPTY):
        return Control(url, Http(url, expect_status=(_EMPTY,), follow="none"), unmasks=True, genuine=True)
    words = _WORDS.get(path, "")
    # Its headers say that it is there: whoever asks whether a line works does not fill it.
    asked = Http(url, contains=words, read="page" if words else "headers", follow="none")
    return Control(url, asked, unmasks=True, genuine=bool(words))
