"""Lines from a file, from standard input, packed with gzip or not; none is longer than memory should bear."""

from __future__ import annotations

import gzip
import io
import os
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

LONGEST_LINE = 65_536
"""Bytes of a line; a longer one is skipped whole and counted as faulty."""

NO_LINES = 64 * 1024 * 1024
"""Bytes without the end of a line after which this is no file of lines at all."""

_GZIP = b"\x1f\x8b"
_UTF_8_MARK = b"\xef\xbb\xbf"


class Unreadable(Exception):
    """The source can not be read, or not any further. Its text is a sentence for a person."""


class Source:
    """An open source. `size` is how many bytes there are to read, None where nobody knows."""

    def __init__(self, raw: BinaryIO, size: int | None) -> None:
        self._raw = raw
        self.size = size
        buffered = io.BufferedReader(cast(io.RawIOBase, raw), LONGEST_LINE)
        packed = buffered.peek(2)[:2] == _GZIP
        self._plain = io.BufferedReader(gzip.GzipFile(fileobj=buffered), LONGEST_LINE) if packed else buffered
        self._seeks = raw.seekable()

    @property
    def position(self) -> int:
        """How many of the bytes were read."""
        return self._raw.tell() if self._seeks else 0

    def lines(self) -> Iterator[bytes]:
        """Every line with its end, in order; of one that is too long more than LONGEST_LINE bytes, and not all of it.

        Raises Unreadable.
        """
        first = True
        try:
            while line := self._plain.readline(LONGEST_LINE + 1):
                if first:
                    first, line = False, line.removeprefix(_UTF_8_MARK)
                if len(line) > LONGEST_LINE and not line.endswith(b"\n"):
                    self._skip_rest()
                yield line
        except (OSError, EOFError, zlib.error) as error:
            raise Unreadable(f"it can not be read to its end: {error}") from error

    def _skip_rest(self) -> None:
        skipped = 0
        while rest := self._plain.readline(LONGEST_LINE):
            if rest.endswith(b"\n"):
                return
            skipped += len(rest)
            if skipped > NO_LINES:
                raise Unreadable("it has no lines")


@contextmanager
def opened(name: str) -> Iterator[Source]:
    """The file of this name, or standard input where it is "-". Raises Unreadable."""
    if name == "-":
        yield Source(cast(BinaryIO, io.FileIO(os.dup(sys.stdin.fileno()))), None)
        return
    try:
        with Path(name).open("rb", buffering=0) as raw:
            regular = raw.seekable()
            yield Source(cast(BinaryIO, raw), os.fstat(raw.fileno()).st_size if regular else None)
    except OSError as error:
        raise Unreadable(f"it can not be read: {error.strerror}") from error
