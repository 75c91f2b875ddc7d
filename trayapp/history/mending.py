"""What a copy of a damaged history is given so that SQLite reads it at all: what the file says of itself."""

from __future__ import annotations

import os
import sqlite3
import struct
from pathlib import Path

_HEADER = 100
_POINTING = 5
"""The kind of a page of a table that points to others."""


def leave(copy: Path, fresh: sqlite3.Connection) -> None:
    pass


def mend_header(copy: Path, fresh: sqlite3.Connection) -> None:
    _graft(copy, _first_page(fresh)[:_HEADER])


def mend_schema(copy: Path, fresh: sqlite3.Connection) -> None:
    """Give the copy what a new history says of its tables: its first page, and those that it points to at the end.

    Tables begin on the same pages in every history, because a file that can shrink keeps their roots in front.
    The format of such a page: https://www.sqlite.org/fileformat2.html, section 1.6.
    """
    pages = fresh.serialize()
    first = bytearray(_first_page(fresh))
    with copy.open("ab") as file:
        file.truncate(max(1, -(-file.tell() // len(first))) * len(first))
        if first[_HEADER] == _POINTING:
            (cells,) = struct.unpack_from(">H", first, _HEADER + 3)
            pointers = struct.unpack_from(f">{cells}H", first, _HEADER + 12)
            for pointer in (*pointers, _HEADER + 8):
                (page,) = struct.unpack_from(">I", first, pointer)
                file.seek(0, os.SEEK_END)
                struct.pack_into(">I", first, pointer, file.tell() // len(first) + 1)
                file.write(pages[(page - 1) * len(first) : page * len(first)])
    _graft(copy, bytes(first))


def _first_page(fresh: sqlite3.Connection) -> bytes:
    (size,) = fresh.execute("PRAGMA page_size").fetchone()
    return fresh.serialize()[:size]


def _graft(copy: Path, beginning: bytes) -> None:
    """Write this over the beginning of the file: with the pages it has, and no free ones.

    The format of its first 100 bytes: https://www.sqlite.org/fileformat2.html, section 1.3.
    """
    (size,) = struct.unpack_from(">H", beginning, 16)
    changed = bytearray(beginning)
    struct.pack_into(">I", changed, 28, copy.stat().st_size // size)
    changed[92:96] = changed[24:28]  # so that the number of pages counts
    struct.pack_into(">II", changed, 32, 0, 0)
    with copy.open("r+b") as file:
        file.write(changed)
