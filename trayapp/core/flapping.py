"""Flapping: a service goes to and fro so often that telling each turn would only tire.

The weighted share of turns among the newest 21 decisive results, as Nagios and Icinga count it: the
newest turn weighs 1.25, the oldest 0.75. It is counted on raw results, before any threshold, so that
a service that fails every third check shows, though it never fails three times in a row. Any 21
results with nine failures or more either have three in a row or reach START.
"""

from __future__ import annotations

from itertools import groupby, pairwise

from trayapp.core.words import Belief, Service, Status

RESULTS = 21
"""How many decisive results are looked at; between them lie 20 places to turn."""

START, STOP = 30, 20
"""Percent of all possible turns."""

LEAST_FAILURES = 4

RINGS_AFTER = 600_000
"""Milliseconds of unbroken DOWN that are told even of a flapping service."""

_LIGHTEST, _HEAVIEST = 57, 95
_WHOLE = 1_520
"""Weights in 76ths, so that they are whole and rise by two from turn to turn: 0.75 is 57, 1.25 is 95, 20 make 1520."""


def after(raw: tuple[bool, ...], failed: bool) -> tuple[bool, ...]:
    """The results to look at after one more; what is too old is let go."""
    return (*raw, failed)[-RESULTS:]


def turning(raw: tuple[bool, ...]) -> float:
    """The weighted share of turns, 0 to 1. While there are fewer than 21 results, those missing never turned."""
    return _score(raw) / _WHOLE


def flaps(raw: tuple[bool, ...], already: bool) -> bool:
    """Whether it is flapping by these results: from 30 % and four failures on, until it is down to 20 %."""
    if already:
        return 100 * _score(raw) > STOP * _WHOLE
    return 100 * _score(raw) >= START * _WHOLE and sum(raw) >= LEAST_FAILURES


def held_back(belief: Belief, now: int) -> bool:
    """Whether its turns are not to be told one by one: it flaps, and was not DOWN for 10 unbroken minutes."""
    return belief.flapping and not _down_for_long(belief, now)


def stumbled(raw: tuple[bool, ...], service: Service) -> bool:
    """Whether it failed and was well again before it was an outage, as everything does on a bad line."""
    if True not in raw:
        return False
    runs = [(failed, len(tuple(run))) for failed, run in groupby(raw)]
    return any(failed and length < service.failure_threshold for failed, length in runs[:-1])


def unproven(belief: Belief, service: Service, now: int) -> bool:
    """Whether, on a line that loses packets, its failures may still be chance: fewer than twice as many as usual.

    Where one check in six is lost, three in a row come about every hour among twenty services; six do not.
    """
    enough = min(2 * service.failure_threshold, RESULTS)
    return not all(belief.raw[-enough:]) and not _down_for_long(belief, now)


def _down_for_long(belief: Belief, now: int) -> bool:
    return belief.status is Status.DOWN and now - belief.since >= RINGS_AFTER


def _score(raw: tuple[bool, ...]) -> int:
    """The turns by their weights; the newest place weighs most, however many results there are."""
    newest_first = pairwise(reversed(raw))
    weights = range(_HEAVIEST, _LIGHTEST - 1, -2)
    return sum(weight for weight, (after_, before) in zip(weights, newest_first, strict=False) if after_ is not before)
