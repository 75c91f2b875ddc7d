"""The single checks of an hour in a few hundred bytes: columns instead of rows.

What can be foreseen is not written: a check begins one interval after the one before it, takes as long as its answer
took, and says the same as the one before. What remains are small numbers; each column is stored as so many bytes per
number as its greatest needs, all lowest bytes first, which deflate (RFC 1951) likes.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain, groupby, pairwise
from statistics import median_low
from typing import NamedTuple

HOUR = 3_600_000

MOST = 100_000
"""Checks that one hour may hold; at the shortest interval there is, 200 ms, it holds 18,000."""

_PLAIN = 1
_DEFLATED = 2
_LONGEST = 64 + MOST * (3 * 8 + 2 * 10)


class PackedCheck(NamedTuple):
    """One check: when it began and how long it took (ms), its latency (µs) if it had one, and its reason's number."""

    at: int
    took: int
    latency_us: int | None
    reason: int


def pack(checks: Sequence[PackedCheck]) -> bytes:
    """These checks, ordered by `at` of which no two are the same, as bytes.

    ValueError: they are none, too many or not in order.
    """
    if not 0 < len(checks) <= MOST or any(one.at >= next_.at for one, next_ in pairwise(checks)):
        raise ValueError("an hour holds checks one after the other, and not too many of them")
    gaps = [next_.at - one.at for one, next_ in pairwise(checks)]
    usual = median_low(gaps) if gaps else 0
    runs = [(reason, sum(1 for _ in run)) for reason, run in groupby(check.reason for check in checks)]
    plain = b"".join(
        (
            _varints((len(checks), _zigzag(checks[0].at), usual, len(runs))),
            _varints(chain.from_iterable((_zigzag(reason), length) for reason, length in runs)),
            _column([_zigzag(gap - usual) for gap in gaps]),
            _column([0 if check.latency_us is None else check.latency_us + 1 for check in checks]),
            _column([_zigzag(check.took - (check.latency_us or 0) // 1000) for check in checks]),
        )
    )
    squeeze = zlib.compressobj(wbits=-12, memLevel=5)
    deflated = squeeze.compress(plain) + squeeze.flush()
    return bytes((_DEFLATED,)) + deflated if len(deflated) < len(plain) else bytes((_PLAIN,)) + plain


def unpack(packed: bytes) -> list[PackedCheck]:
    """The checks that `pack` made these bytes of. ValueError: it did not make these."""
    try:
        plain = _Bytes(_inflated(packed))
        total, first, usual, runs = _beginning(plain)
        reasons = [reason for reason, length in runs for _ in range(length)]
        ats = list(accumulate((usual + _unzigzag(gap) for gap in plain.column(total - 1)), initial=first))
        latencies = plain.column(total)
        checks = [
            PackedCheck(at, _unzigzag(more) + max(0, latency - 1) // 1000, latency - 1 if latency else None, reason)
            for at, more, latency, reason in zip(ats, plain.column(total), latencies, reasons, strict=True)
        ]
    except (struct.error, zlib.error, IndexError) as error:
        raise ValueError(f"packed checks are damaged: {error}") from error
    if plain.left or any(one.at >= next_.at for one, next_ in pairwise(checks)):
        raise ValueError("packed checks are damaged: they are not in order")
    return checks


def reasons(packed: bytes) -> set[int]:
    """The reasons of these packed checks, for less than it costs to unpack them. ValueError as there."""
    try:
        return {reason for reason, _ in _beginning(_Bytes(_inflated(packed))).runs}
    except (zlib.error, IndexError) as error:
        raise ValueError(f"packed checks are damaged: {error}") from error


class _Beginning(NamedTuple):
    """What stands before the columns: how many checks, when the first was, the usual gap, and runs of a reason."""

    total: int
    first: int
    usual: int
    runs: list[tuple[int, int]]


def _beginning(plain: _Bytes) -> _Beginning:
    total, first, usual, count = plain.varint(), _unzigzag(plain.varint()), plain.varint(), plain.varint()
    if not (0 < total <= MOST and 0 < count <= total):
        raise ValueError("an hour holds checks, and not too many of them")
    runs = [(_unzigzag(plain.varint()), plain.varint()) for _ in range(count)]
    if sum(length for _, length in runs) > total:
        raise ValueError("there are more reasons than checks")
    return _Beginning(total, first, usual, runs)


def _inflated(packed: bytes) -> bytes:
    how, body = packed[0], packed[1:]
    if how == _PLAIN:
        return body
    if how != _DEFLATED:
        raise ValueError("checks are packed in a way that is not known")
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    plain = inflate.decompress(body, _LONGEST)
    if not inflate.eof or inflate.unused_data:
        raise ValueError("packed checks are cut short, or far too long")
    return plain


class _Bytes:
    """Bytes that are read from the beginning. Raises IndexError or struct.error at their end."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._content) - self._at

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._content[self._at]
            self._at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7
            if shift > 63:
                raise ValueError("a number is too long")

    def column(self, length: int) -> tuple[int, ...]:
        width = self._content[self._at]
        self._at += 1
        if width > 8 or width * length > self.left:
            raise ValueError("a column is cut short")
        wide = bytearray(8 * length)
        for plane in range(width):
            wide[plane::8] = self._content[self._at : self._at + length]
            self._at += length
        return struct.unpack(f"<{length}Q", wide)


def _column(numbers: Sequence[int]) -> bytes:
    """How many bytes each number has, then the lowest byte of all of them, the next lowest of all, and so on."""
    width = (max(numbers, default=0).bit_length() + 7) // 8
    if width > 8 or min(numbers, default=0) < 0:
        raise ValueError("a number does not fit into 64 bits")
    wide = struct.pack(f"<{len(numbers)}Q", *numbers)
    return bytes((width,)) + b"".join(wide[plane::8] for plane in range(width))


def _varints(numbers: Iterable[int]) -> bytes:
    """Seven bits to a byte, the lowest first; the highest bit says that more follow."""
    return bytes(chain.from_iterable(map(_varint, numbers)))


def _varint(number: int) -> Iterator[int]:
    while number > 127:
        yield number & 127 | 128
        number >>= 7
    yield number


def _zigzag(number: int) -> int:
    """0, -1, 1, -2 … as 0, 1, 2, 3 …, so that what is small stays small."""
    return number * 2 if number >= 0 else -number * 2 - 1


def _unzigzag(number: int) -> int:
    return -(number >> 1) - 1 if number & 1 else number >> 1
