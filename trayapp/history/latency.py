"""How long answers took, as histograms that may be added up: percentiles never come from averaging percentiles.

Each bucket is 4 % wide, so that the value in its middle is at most 2 % from every value that fell into it. Two
histograms are merged by adding their buckets, in any order; the result is the histogram of all their values.
"""

from __future__ import annotations

import math
import struct
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from operator import add

ERROR = 0.02
"""The greatest relative error of a percentile, from one microsecond on."""

_GAMMA = (1 + ERROR) / (1 - ERROR)
_PER_FOLD = 1 / math.log(_GAMMA)
_BUCKETS = 1024
"""Bucket 0 holds what took less than a microsecond, bucket 1023 everything above 18,000 years."""

_MOST = 2**32 - 1
_LONGEST = 3 + 5 * _BUCKETS

# The low half of a byte is a count, the high half how far the bucket lies after the one before it.
_GAPS = bytes(byte >> 4 for byte in range(256))
_PAIRS = [(byte >> 4, byte & 15) for byte in range(256)]
_NIBBLES = 0
_WIDTHS = {1: "B", 2: "H", 4: "I"}


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many values fell into which bucket: those of bucket `first`, of the next one and so on.

    Neither the first nor the last count is nothing; EMPTY has none. Values are milliseconds. A bucket counts up to
    4,294,967,295 of them when it is stored.
    """

    first: int = 0
    counts: tuple[int, ...] = ()

    @classmethod
    def of(cls, values_ms: Iterable[float | None]) -> Histogram:
        """The histogram of these values; None is left out. ValueError: one is negative, infinite or no number."""
        return cls.of_buckets(Counter(_bucket(value * 1000) for value in values_ms if value is not None))

    @classmethod
    def of_buckets(cls, counted: Mapping[int, int]) -> Histogram:
        """The histogram with so many values in each of these buckets."""
        counts = [0] * _BUCKETS
        for bucket, count in counted.items():
            counts[bucket] = count
        return cls._filled(counts, min(counted, default=0), max(counted, default=0))

    @classmethod
    def merged(cls, encoded: Iterable[bytes], skipped: Callable[[ValueError], None] | None = None) -> Histogram:
        """The sum of encoded histograms. ValueError: one is nonsense, unless `skipped` takes it and it is left out."""
        counts = [0] * _BUCKETS
        least, most = _BUCKETS - 1, 0
        for each in encoded:
            try:
                bucket, pairs = _read(each)
            except ValueError as error:
                if skipped is None:
                    raise
                skipped(error)
                continue
            least = min(least, bucket)
            for gap, count in pairs:
                bucket += gap
                counts[bucket] += count
            most = max(most, bucket)
        return cls._filled(counts, least, most)

    @classmethod
    def total(cls, parts: Iterable[Histogram]) -> Histogram:
        """The sum of many: what adding them one by one would be."""
        counts = [0] * _BUCKETS
        least, most = _BUCKETS - 1, 0
        for part in parts:
            if part.counts:
                end = part.first + len(part.counts)
                counts[part.first : end] = map(add, counts[part.first : end], part.counts)
                least, most = min(least, part.first), max(most, end - 1)
        return cls._filled(counts, least, most)

    @classmethod
    def _filled(cls, counts: Sequence[int], least: int, most: int) -> Histogram:
        """Of counts for all buckets, of which none but those from `least` to `most` hold any."""
        while least <= most and not counts[most]:
            most -= 1
        while least < most and not counts[least]:
            least += 1
        return cls(least, tuple(counts[least : most + 1])) if least <= most else EMPTY

    @classmethod
    def decode(cls, encoded: bytes) -> Histogram:
        """What `encode` made bytes of. ValueError: it did not make these."""
        return cls.merged((encoded,))

    @property
    def count(self) -> int:
        """How many values there are."""
        return sum(self.counts)

    @property
    def buckets(self) -> list[tuple[int, int]]:
        """Each bucket that holds any, with how many."""
        return [(bucket, count) for bucket, count in enumerate(self.counts, self.first) if count]

    def percentile(self, share: float) -> float | None:
        """The value (ms) that this share of all values does not exceed, to 2 %; None where there are no values.

        By nearest rank: of n ordered values it is number ceil(share * n), at least the first. `share` is 0 to 1.
        """
        (found,) = self.percentiles((share,))
        return found

    def percentiles(self, shares: Sequence[float]) -> list[float | None]:
        """Several of them in one pass: a report has tens of thousands."""
        if not all(0 <= share <= 1 for share in shares):
            raise ValueError("a share lies between 0 and 1")
        if not self.counts:
            return [None] * len(shares)
        until = list(accumulate(self.counts))
        # 0.07 * 100 is a little more than 7 in floating point: that is not the eighth.
        ranks = (max(1, math.ceil(round(share * until[-1], 6))) for share in shares)
        return [_middle(self.first + bisect_left(until, rank)) for rank in ranks]

    def __add__(self, other: Histogram) -> Histogram:
        if not self.counts or not other.counts:
            return self if self.counts else other
        return self.total((self, other))

    def __sub__(self, other: Histogram) -> Histogram:
        """Without the values of `other`, which is a part of it; where it is not, nothing is left of a bucket."""
        left = dict(self.buckets)
        for bucket, count in other.buckets:
            left[bucket] = max(0, left.get(bucket, 0) - count)
        return self.of_buckets(left)

    def encode(self) -> bytes:
        """As few bytes as may be, about one for each bucket of an hour; equal histograms are equal bytes.

        A byte says how, two the first bucket. Then come either bytes with gap and count in one, or all gaps as
        bytes and all counts with as many bytes as the greatest needs.
        """
        if not self.counts:
            return b""
        first, greatest = self.first, max(self.counts)
        width = next((width for width in (1, 2) if greatest < 1 << 8 * width), 4)
        wide = list(_in_bytes(self.buckets))
        if width == 1:
            nibbles = bytes(_in_nibbles(self.buckets))
            if len(nibbles) <= 2 * len(wide):
                return struct.pack("<BH", _NIBBLES, first) + nibbles
        gaps, counts = zip(*wide, strict=True)
        return struct.pack(f"<BH{len(wide)}B{len(wide)}{_WIDTHS[width]}", width, first, *gaps, *counts)


EMPTY = Histogram()


def _read(encoded: bytes) -> tuple[int, Iterable[tuple[int, int]]]:
    """The first bucket, and by pairs how much farther a count lies and how great it is; all of them in the buckets."""
    if not encoded:
        return 0, ()
    if not 3 < len(encoded) <= _LONGEST:
        raise ValueError("no histogram has this length")
    how, first = struct.unpack_from("<BH", encoded)
    body = encoded[3:]
    pairs: Iterable[tuple[int, int]]
    if how == _NIBBLES:
        gaps, pairs = body.translate(_GAPS), map(_PAIRS.__getitem__, body)
    elif how in _WIDTHS:
        length, rest = divmod(len(body), 1 + how)
        if rest:
            raise ValueError("a histogram is cut short")
        gaps = body[:length]
        pairs = zip(gaps, struct.unpack_from(f"<{length}{_WIDTHS[how]}", body, length), strict=True)
    else:
        raise ValueError("a histogram is written in a way that is not known")
    if gaps[0] or first + sum(gaps) >= _BUCKETS:
        raise ValueError("a histogram counts in buckets that there are not")
    return first, pairs


def _bucket(microseconds: float) -> int:
    if microseconds < 1:
        if microseconds >= 0:
            return 0
        raise ValueError("no answer takes less than no time")
    if not math.isfinite(microseconds):
        raise ValueError("no answer takes for ever")
    return min(_BUCKETS - 1, 1 + math.ceil(math.log(microseconds) * _PER_FOLD))


@lru_cache(maxsize=_BUCKETS)
def _middle(bucket: int) -> float:
    """In milliseconds; as far from the bucket's beginning, in proportion, as from its end."""
    return 0.0 if bucket == 0 else 2 * _GAMMA ** (bucket - 1) / (_GAMMA + 1) / 1000


def _in_nibbles(buckets: Iterable[tuple[int, int]]) -> Iterator[int]:
    """Gaps up to 15 and counts up to 15 in a byte: a longer gap goes over empty ones, a greater count is added up."""
    for gap, count in _gaps(buckets, 15):
        yield gap << 4 | min(count, 15)
        for left in range(count - 15, 0, -15):
            yield min(left, 15)


def _in_bytes(buckets: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    return ((gap, min(count, _MOST)) for gap, count in _gaps(buckets, 255))


def _gaps(buckets: Iterable[tuple[int, int]], longest: int) -> Iterator[tuple[int, int]]:
    """Each count with its distance to the one before, in steps of at most `longest` over counts of nothing."""
    last: int | None = None
    for bucket, count in buckets:
        gap = 0 if last is None else bucket - last
        while gap > longest:
            yield longest, 0
            gap -= longest
        yield gap, count
        last = bucket
