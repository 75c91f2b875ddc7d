"""A page that came compressed although it was asked for plain: unpacked in small steps, and never to more than it may.

gzip (RFC 1952) and deflate (RFC 1950, and 1951 as some servers mean it). One coding and no other: what is packed in
layers, or with what we did not name, no honest server sends to somebody who asked for plain.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from trayapp.probes.causes import Misbehaved
from trayapp.probes.charset import called

if TYPE_CHECKING:
    from zlib import _Decompress

STEP = 64 * 1024
"""Bytes that are unpacked at a time."""

MOST_RATIO = 100
"""How many times larger than it came a page may be that is too large to be read wholly; text hardly reaches 20."""

_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_MAGIC = b"\x1f\x8b"
_PLAIN = frozenset({"", "identity", "none", "plain", "text", "raw", "off", "null", "7bit", "8bit", "binary"})
"""Codings that are none; and so are the encodings of characters, which some servers name here (RFC 9110, 8.4.1)."""


def decoder(content_encoding: str) -> Decoder | None:
    """What unpacks a page with this header; None where there is nothing to unpack. Misbehaved `http.encoding`."""
    codings = codings_in(content_encoding)
    if not codings:
        return None
    if len(codings) > 1 or codings[0] not in ("gzip", "x-gzip", "deflate"):
        named = ", ".join(codings)
        shown = named if len(named) <= 40 else f"{named[:39]}…"
        raise Misbehaved("http.encoding", f"the page came encoded ({shown}) though it was asked for plain")
    return Decoder(codings[0])


def codings_in(content_encoding: str) -> list[str]:
    """In what a page with this header is packed; nothing for one that comes as it is."""
    named = (part.strip(' \t"').lower() for part in content_encoding.split(","))
    return [coding for coding in named if not _is_plain(coding)]


def _is_plain(coding: str) -> bool:
    return coding in _PLAIN or called(coding) is not None


class Decoder:
    """Unpacks one page. `came` and `made` count its bytes before and after."""

    def __init__(self, coding: str) -> None:
        self.came = 0
        self.made = 0
        self._coding = coding
        self._begin = b""
        self._inner: _Decompress | None = None if coding == "deflate" else zlib.decompressobj(_GZIP)

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """The page's next bytes, STEP at most at a time. Misbehaved: it is not what it says."""
        if self._inner is None:
            self._begin += piece
            if len(self._begin) < 2:
                return
            piece, first = self._begin, int.from_bytes(self._begin[:2], "big")
            # RFC 1950, 2.2: what begins otherwise is raw deflate, as the first browsers took it.
            wrapped = piece[0] & 0x0F == zlib.DEFLATED and first % 31 == 0
            self._inner = zlib.decompressobj(_ZLIB if wrapped else _RAW)
        while piece:
            if self._inner.eof:  # RFC 1952, 2.2: another member may follow; anything else is nobody's page
                if self._coding == "deflate" or not piece.startswith(_MAGIC):
                    return
                self._inner = zlib.decompressobj(_GZIP)
            try:
                made = self._inner.decompress(piece, STEP)
            except zlib.error as error:
                raise Misbehaved("http.encoding", f"the page is not the {self._coding} that it says it is") from error
            rest = self._inner.unused_data if self._inner.eof else self._inner.unconsumed_tail
            self.came += len(piece) - len(rest)
            self.made += len(made)
            if not made and len(rest) == len(piece):
                return
            piece = rest
            if made:
                yield made

    @property
    def bomb(self) -> bool:
        """It grows as nothing does that is written for anybody to read."""
        return self.made > MOST_RATIO * max(self.came, 1)

    def end(self) -> None:
        """Nothing more comes. Misbehaved: something is missing; a cut page is not a good page."""
        if self.came and (self._inner is None or not self._inner.eof):
            raise Misbehaved("http.encoding", f"the page's {self._coding} was cut short")
        if self._begin and self._inner is None:
            raise Misbehaved("http.encoding", f"the page's {self._coding} was cut short")
