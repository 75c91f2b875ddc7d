"""Stretches of time as sets: what was down, asleep or out of sight, and where two of them meet."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stretches:
    """Disjoint stretches [since, until) of a world's time, as their edges in order."""

    edges: tuple[int, ...] = ()

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, int]]) -> Stretches:
        """All of these together; those that overlap or touch become one."""
        edges: list[int] = []
        for since, until in sorted(pairs):
            if until <= since:
                continue
            if edges and since <= edges[-1]:
                edges[-1] = max(edges[-1], until)
            else:
                edges += (since, until)
        return cls(tuple(edges))

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(list(zip(self.edges[::2], self.edges[1::2], strict=True)))

    def __contains__(self, moment: int) -> bool:
        return bisect_right(self.edges, moment) % 2 == 1

    def __or__(self, other: Stretches) -> Stretches:
        return Stretches.of((*self, *other))

    def __and__(self, other: Stretches) -> Stretches:
        return self._where(other, lambda here, there: here and there)

    def __sub__(self, other: Stretches) -> Stretches:
        return self._where(other, lambda here, there: here and not there)

    def meets(self, since: int, until: int) -> bool:
        """Whether any moment of [since, until) is in it."""
        after = bisect_right(self.edges, since)
        return after % 2 == 1 or (after < len(self.edges) and self.edges[after] < until)

    def spans(self, since: int, until: int) -> bool:
        """Whether all of [since, until) is in it."""
        after = bisect_right(self.edges, since)
        return after % 2 == 1 and self.edges[after] >= until

    def next(self, moment: int) -> tuple[int, int] | None:
        """The stretch that holds the moment, or else the first that begins after it; None: there is none."""
        index = bisect_right(self.edges, moment) // 2 * 2
        return (self.edges[index], self.edges[index + 1]) if index < len(self.edges) else None

    def _where(self, other: Stretches, keep: Callable[[bool, bool], bool]) -> Stretches:
        cuts = sorted({*self.edges, *other.edges})
        return Stretches.of(piece for piece in pairwise(cuts) if keep(piece[0] in self, piece[0] in other))


class Course(Generic[T]):
    """Something that is one value after another: `values[n]` from `moments[n]` on. The first moment is 0."""

    def __init__(self, steps: Iterable[tuple[int, T]]) -> None:
        self.moments: list[int] = []
        self.values: list[T] = []
        for moment, value in steps:
            if self.values and self.values[-1] == value:
                continue
            self.moments.append(moment)
            self.values.append(value)

    def at(self, moment: int) -> T:
        return self.values[bisect_right(self.moments, moment) - 1]

    def between(self, since: int, until: int) -> list[T]:
        """The values in force at any moment of [since, until]."""
        return self.values[bisect_right(self.moments, since) - 1 : max(1, bisect_left(self.moments, until + 1))]
