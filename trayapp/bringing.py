"""A past is brought along: lines that others wrote become history of ours, each once, and nothing of ours is changed.

Three steps: `gather` reads everything into a spool and says what is wrong with it; nothing is decided yet. `bring`
judges one service after the other, and each is adopted in a transaction of its own. Breaking off at any moment
therefore leaves whole services, and doing it again does the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial

from trayapp.core.words import Service
from trayapp.foreign.lines import read
from trayapp.foreign.source import Source
from trayapp.foreign.values import DAY, Faulty
from trayapp.history.adopting import ALL_TIME, Bequest, Gap
from trayapp.history.reliving import at_its_pace, relive
from trayapp.history.spool import Spool, Waiting
from trayapp.history.writer import History

TOLD = 10
"""Faulty lines that are told one by one."""

MOST_UNKNOWN = 1000
"""Names of unknown services that are counted one by one."""

PATIENCE = 600.0
"""Seconds for one service to be written."""

_BUNDLE = 20_000


@dataclass(slots=True)
class Gathered:
    """What was read: checks (each line once), faulty lines, records of other kinds, and names that nobody knows."""

    checks: int = 0
    faulty: int = 0
    others: int = 0
    told: list[str] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    more_unknown: int = 0


@dataclass(frozen=True, slots=True)
class Brought:
    """What was adopted: how many checks of how many services, from when to when (ms UTC), and their incidents.

    `known` checks lie where something was known already, `ahead` ones in the future.
    """

    checks: int = 0
    services: int = 0
    incidents: int = 0
    known: int = 0
    ahead: int = 0
    first: int | None = None
    last: int | None = None


def gather(
    source: Source,
    name: str,
    numbers: Mapping[str, int],
    spool: Spool,
    now: int,
    gathered: Gathered,
    progress: Callable[[int], None],
) -> None:
    """Read one source, called `name`, into the spool. `numbers` are the services by the names they have there.

    Raises Unreadable, sqlite3.Error where the spool's disk is full.
    """
    bundle: list[Waiting] = []
    for number, line in read(source, now + DAY):
        if type(line) is tuple:
            at, service, outcome, latency_us, message = line
            known = numbers.get(service)
            if known is None:
                _unknown(gathered, service)
                continue
            bundle.append((known, at, outcome, latency_us, message))
            if len(bundle) == _BUNDLE:
                spool.add(bundle)
                gathered.checks += _BUNDLE
                bundle = []
                progress(source.position)
        elif isinstance(line, Faulty):
            gathered.faulty += 1
            if len(gathered.told) < TOLD:
                gathered.told.append(f"{name}, line {number}: {line}")
        else:
            gathered.others += 1
    spool.add(bundle)
    gathered.checks += len(bundle)
    progress(source.position)


def _unknown(gathered: Gathered, service: str) -> None:
    if service in gathered.unknown or len(gathered.unknown) < MOST_UNKNOWN:
        gathered.unknown[service] += 1
    else:
        gathered.more_unknown += 1


def bring(
    history: History,
    services: Sequence[Service],
    spool: Spool,
    gaps: Mapping[str, Sequence[Gap]],
    now: int,
    kept_for: int,
) -> Iterator[Brought]:
    """Adopt what the spool has of these services, whose numbers are their places, and say after each what was done.

    `gaps` (History.gaps) say where nothing is known yet. Single checks of the last `kept_for` ms stay
    single. Raises what a future of History raises.
    """
    message = lru_cache(maxsize=4096)(spool.message)
    done = Brought()
    for number, span in sorted(spool.spans().items()):
        service = services[number]
        at_pace = at_its_pace(service, spool.cadence(number))
        bequests = []
        for since, stop in gaps.get(service.id, (ALL_TIME,)):
            until = min(stop, now)
            piece = relive(at_pace, spool.checks(number, since, until), message, until)
            if piece is not None:
                bequests.append(Bequest(piece, partial(spool.checks, number, since, until), message))
        ahead = sum(1 for _ in spool.checks(number, now, span.last + 1))
        history.adopt(bequests, kept_for).result(PATIENCE)
        done = _added(done, bequests, span.checks, ahead)
        yield done


def _added(done: Brought, bequests: Sequence[Bequest], checks: int, ahead: int) -> Brought:
    taken = sum(bequest.piece.checks for bequest in bequests)
    done = replace(done, known=done.known + checks - taken - ahead, ahead=done.ahead + ahead)
    if not bequests:
        return done
    first, last = bequests[0].piece.since, bequests[-1].piece.last
    return replace(
        done,
        checks=done.checks + taken,
        services=done.services + 1,
        incidents=done.incidents + sum(len(bequest.piece.incidents) for bequest in bequests),
        first=first if done.first is None else min(first, done.first),
        last=last if done.last is None else max(last, done.last),
    )
