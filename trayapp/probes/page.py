"""The page of an answer, read to its end or to what is read at most; one that never ends, to its first event."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx

from trayapp.probes.causes import Misbehaved
from trayapp.probes.decoding import Decoder, codings_in, decoder
from trayapp.probes.http import MOST_BODY
from trayapp.probes.transport import Body

if TYPE_CHECKING:
    from trayapp.probes.phases import Phases

MOST_PIECES = 10_000
"""Parts in which a page may come: chunks of one byte would cost more to unpack than they are worth."""

MOST_UNREAD = 4096
"""Bytes that are kept of a page on which there is no rule: enough to show how it begins."""

_PARTS = "multipart/x-mixed-replace"
_BLANK_LINES = (b"\n\n", b"\r\r", b"\r\n\r\n")
"""One of these ends an event (HTML, 9.2.5: event streams); several are looked for, as lines end in any way there."""


@dataclass(slots=True)
class Page:
    """`words` are its bytes, unpacked where a rule reads them, and only its beginning where none does.

    `size` counts what was read. `whole`: nothing follows.
    """

    words: bytearray = field(default_factory=bytearray)
    size: int = 0
    whole: bool = False


async def read(response: httpx.Response, into: Page, phases: Phases, *, judged: bool) -> None:
    """Read it. `judged`: there is a rule on it. Misbehaved: it is not what it says, or unpacks to too much."""
    heads = response.extensions["heads"]
    coding = response.headers["content-encoding"] if b"content-encoding" in heads else ""
    unpack = decoder(coding) if coding and judged else None
    event = first_event(
        heads.get(b"content-type", b""), packed=bool(coding) and not judged and bool(codings_in(coding))
    )
    stream = response.stream
    assert isinstance(stream, Body)
    if event is None and unpack is None and (here := stream.at_once()) is not None:  # as with most pages
        into.words += here
        into.size, into.whole = len(here), True
        _hold_to_its_length(stream, judged=judged)
        return
    if event is not None:
        phases.awaited = event.what
    pieces = 0
    async for piece in stream:
        for part in unpack.feed(piece) if unpack is not None else (piece,):
            if judged or event is not None or into.size < MOST_UNREAD:
                into.words += part
            into.size += len(part)
            if into.size > MOST_BODY:
                break
        pieces += 1
        if event is not None and event.is_over(into.words):
            return
        if into.size > MOST_BODY or pieces > MOST_PIECES:
            _refuse_bomb(unpack)
            del into.words[MOST_BODY:]
            into.size = min(into.size, MOST_BODY)
            return
    _hold_to_its_length(stream, judged=judged)
    if unpack is not None:
        unpack.end()
    into.whole = True


def _hold_to_its_length(stream: Body, *, judged: bool) -> None:
    """Browsers forgive it, and show a page that may be cut: where there is a rule on it, that is no page."""
    if judged and stream.overran:
        raise Misbehaved("http.protocol", "the server sent more than the length it announced")


def _refuse_bomb(unpack: Decoder | None) -> None:
    if unpack is not None and unpack.bomb:
        times = unpack.made // max(unpack.came, 1)
        raise Misbehaved("http.body_too_large", f"the page unpacks to {times} times as much as came: refused")


def first_event(content_type: bytes, *, packed: bool = False) -> Event | None:
    """What ends the first event of a page of this type; None: it is a page like any other.

    `packed`: nobody unpacks it, so anything that comes is the event.
    """
    kind, _, parameters = content_type.decode("latin-1").partition(";")
    kind = kind.strip().lower()
    if kind not in ("text/event-stream", _PARTS):
        return None
    if packed:
        return Event("its first event", (b"",), 1)
    if kind != _PARTS:
        return Event("its first event", _BLANK_LINES, 1)
    name, _, value = parameters.partition("=")
    # RFC 2046, 5.1.1. Many cameras write the dashes of the delimiter into the parameter too.
    boundary = value.partition(";")[0].strip().strip('"').lstrip("-")[:70] if name.strip().lower() == "boundary" else ""
    return Event("its first part", (b"--" + boundary.encode("latin-1", "replace"),), 2)


class Event:
    """Looks for marks in a page that grows, each byte once; the event is over when so many of them have come."""

    def __init__(self, what: str, marks: tuple[bytes, ...], needed: int) -> None:
        self.what = what
        self._marks = marks
        self._needed = needed
        self._at = 0

    def is_over(self, page: bytearray) -> bool:
        while self._needed:
            found = [at + len(mark) for mark in self._marks if (at := page.find(mark, self._at)) >= 0]
            if not found:
                self._at = max(self._at, len(page) - max(map(len, self._marks)) + 1)
                return False
            self._at = min(found)
            self._needed -= 1
        return True
