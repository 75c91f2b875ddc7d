"""What a target said to a check that failed, kept as evidence: bounded, made plain, and without our secrets.

A probe notes what it hears as it goes, which costs next to nothing; the exhibit is made of it only where the check
failed. After a secret was sent, nothing that comes over a line is kept; what a page shows of one is taken out.
"""

from __future__ import annotations

import ssl
from base64 import b64decode
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote

from trayapp.core.taming import MOST_LINE, MOST_PAGE, page
from trayapp.core.wording import plain
from trayapp.probes.certified import summary
from trayapp.probes.confided import RUN, Confided, words_of

if TYPE_CHECKING:
    from trayapp.probes.phases import Phases

MOST_LINES = 6
"""The newest lines that a server said."""

_MOST_OF_A_LINE = 400


@dataclass(frozen=True, slots=True)
class Told:
    """Something that was revealed in the course of a check. `secret`: by a reference, so whatever it is for."""

    value: str
    secret: bool


class Heard(Protocol):
    """What a probe has heard so far."""

    def exhibit(self, told: Sequence[Told]) -> dict[str, Any]: ...


class Said:
    """The newest lines of a conversation."""

    __slots__ = ("encryption", "lines")

    def __init__(self) -> None:
        self.lines: deque[bytes] = deque(maxlen=MOST_LINES)
        self.encryption: ssl.SSLObject | None = None

    def exhibit(self, told: Sequence[Told]) -> dict[str, Any]:
        shown = dict(encrypted(self.encryption))
        if self.lines and not told:
            nothing = Confided(())
            shown["said"] = [nothing.scrub(decoded(line[:_MOST_OF_A_LINE])) for line in self.lines]
        elif self.lines:
            shown["note"] = "what it said is not kept, for it was sent a secret"
        return shown


def exhibit_of(heard: Heard | None, phases: Phases, told: Sequence[Told]) -> Mapping[str, Any]:
    """What was heard, and the certificate that was shown where it was refused."""
    shown = heard.exhibit(told) if heard is not None else {}
    if phases.certificate and (certificate := summary(phases.certificate)):
        shown["certificate"] = dict(certificate)
    return shown


def encrypted(encryption: ssl.SSLObject | None) -> Iterator[tuple[str, Any]]:
    """The version of TLS, and the certificate."""
    if encryption is None:
        return
    if version := encryption.version():
        yield "tls", version
    with suppress(ValueError):  # it has not come so far
        if certificate := summary(encryption.getpeercert(binary_form=True) or b""):
            yield "certificate", dict(certificate)


def decoded(words: bytes, encoding: str = "utf-8") -> str:
    """Text, whatever it is."""
    return words.decode(encoding, "backslashreplace")


def excerpt(text: str, confided: Confided, *, goes_on: bool) -> str:
    """The beginning of a page. `goes_on`: the text is cut, and may be so in the middle of a secret."""
    clean = confided.scrub(text)
    return page(clean[:-RUN] if goes_on else clean, MOST_PAGE)


def line(text: str, confided: Confided) -> str:
    """One line, such as the value of a header."""
    clean = confided.scrub(text[:_MOST_OF_A_LINE])
    return plain(clean[:-RUN] if len(text) > _MOST_OF_A_LINE else clean, MOST_LINE)


def in_header(value: str) -> Iterable[str]:
    """What a header of ours may tell: all of it, its words, and user and password of RFC 7617."""
    yield from words_of(value)
    scheme, _, rest = value.partition(" ")
    if scheme.lower() == "basic":
        with suppress(ValueError):
            pair = b64decode(rest, validate=True).decode("utf-8", "replace")
            yield from (pair, pair.partition(":")[2])


def in_url(user: str, password: str) -> Iterable[str]:
    """What stands before the host."""
    yield from (text for text in (password, unquote(password)) if text)
    if not password:
        yield from (text for text in (user, unquote(user)) if text)
