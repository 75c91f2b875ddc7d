"""`watchbell history import FILE`: what another program saw becomes the past of ours."""

from __future__ import annotations

import argparse
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

from trayapp.bringing import Brought, Gathered, bring, gather
from trayapp.cli import exits, show, writing
from trayapp.cli.alone import Ended, alone
from trayapp.cli.home import configured, meant, places_of
from trayapp.cli.passing import Passing
from trayapp.config.places import Places
from trayapp.config.settings import Settings
from trayapp.core.wording import plain
from trayapp.core.words import Finding, Outcome, Service
from trayapp.foreign.source import Unreadable, opened
from trayapp.history.adopting import Gap
from trayapp.history.faults import HistoryUnavailable
from trayapp.history.spool import Spool, spooling
from trayapp.history.writer import wall_clock

MOST_NAMED = 20
"""Unknown services that are named one by one."""


class Forgotten:
    """In place of the probe of a service that is in the history and not in services.toml."""

    kind = "forgotten"
    target = ""

    @classmethod
    def load(cls) -> None:
        """Nothing is needed."""

    async def check(self, means: object, /) -> Finding:
        return Finding(Outcome.UNKNOWN, "removed")


def main(arguments: argparse.Namespace) -> int:
    places = places_of(arguments)
    _, loaded = configured(places)
    settings = loaded.settings or Settings()
    try:
        with alone(places), Passing() as passing:
            done, gathered = _import(places, settings, arguments, passing)
    except Ended as end:
        show.complain(str(end))
        return end.status
    except KeyboardInterrupt:
        show.complain("interrupted: what was imported so far stays, each service whole; the same command does the rest")
        return exits.INTERRUPTED
    _say(done, gathered)
    return 0


def _import(
    places: Places, settings: Settings, arguments: argparse.Namespace, passing: Passing
) -> tuple[Brought, Gathered]:
    now, kept_for = wall_clock(), settings.history.keep_checks
    try:
        with spooling(places.data / "import.spool") as spool, writing.opened(places) as history:
            history.keep_for(kept_for)
            gaps = history.gaps().result(writing.PATIENCE)
            known = [*settings.services, *_forgotten(settings.services, gaps)]
            numbers = _numbers(known, arguments.renamed)
            gathered = _gathered(arguments.files, numbers, spool, now, passing)
            _refuse(gathered, numbers, skip_faulty=arguments.skip_faulty)
            passing.begin("Judging", len(spool.spans()))
            done = Brought()
            steps = bring(history, known, spool, gaps, now, kept_for)
            for number, step in enumerate(steps):
                done = step
                passing.reach(number + 1)
    except (sqlite3.Error, OSError, HistoryUnavailable) as error:
        raise Ended(exits.NOT_WRITTEN, f"the import ended early, and can be done again: {plain(str(error))}") from error
    return done, gathered


def _forgotten(services: Sequence[Service], gaps: Mapping[str, Sequence[Gap]]) -> list[Service]:
    """What history knows and services.toml no longer does, with the usual thresholds."""
    configured_ids = {service.id for service in services}
    return [Service(id=key, probe=Forgotten()) for key in gaps if key not in configured_ids]


def _numbers(known: Sequence[Service], renamed: Sequence[tuple[str, str]]) -> dict[str, int]:
    """The place of each service, by every name that a line may use."""
    numbers = {service.id: number for number, service in enumerate(known)}
    more = {}
    for old, new in renamed:
        if new not in numbers:
            raise Ended(exits.USAGE, f'there is no service "{plain(new)}"{meant(new, numbers)}')
        more[old] = numbers[new]
    return numbers | more


def _gathered(files: Sequence[str], numbers: Mapping[str, int], spool: Spool, now: int, passing: Passing) -> Gathered:
    gathered = Gathered()
    for file in files:
        name = "standard input" if file == "-" else plain(file)
        try:
            with opened(file) as source:
                passing.begin(f"Reading {name}", source.size)
                gather(source, name, numbers, spool, now, gathered, passing.reach)
        except Unreadable as fault:
            status = exits.NO_INPUT if isinstance(fault.__cause__, OSError) else exits.DATA
            raise Ended(status, f"{name}: {fault}; nothing was imported") from fault
    return gathered


def _refuse(gathered: Gathered, numbers: Mapping[str, int], *, skip_faulty: bool) -> None:
    """Nothing is imported of what was not understood whole."""
    for sentence in gathered.told:
        show.complain(sentence)
    if gathered.faulty > len(gathered.told):
        show.complain(f"… and {show.counted(gathered.faulty - len(gathered.told), 'more faulty line')}")
    for name, count in gathered.unknown.most_common(MOST_NAMED):
        show.complain(f'there is no service "{plain(name, 60)}" ({show.counted(count, "check")}){meant(name, numbers)}')
    if len(gathered.unknown) > MOST_NAMED or gathered.more_unknown:
        left = gathered.unknown.total() + gathered.more_unknown
        left -= sum(count for _, count in gathered.unknown.most_common(MOST_NAMED))
        show.complain(f"… and others, with {show.counted(left, 'check')}")
    if gathered.unknown:
        raise Ended(
            exits.DATA,
            "nothing was imported; `watchbell add` makes a service known, and --as OLD=NEW names the one that is meant",
        )
    if gathered.faulty and not skip_faulty:
        raise Ended(
            exits.DATA,
            f"nothing was imported because of {show.counted(gathered.faulty, 'faulty line')}; "
            "--skip-faulty imports the rest",
        )


def _say(done: Brought, gathered: Gathered) -> None:
    sentences = []
    if done.first is not None and done.last is not None:
        days = " to ".join(datetime.fromtimestamp(at / 1000).date().isoformat() for at in (done.first, done.last))
        sentences.append(
            f"Imported {show.counted(done.checks, 'check')} of {show.counted(done.services, 'service')} from {days}: "
            f"{show.counted(done.incidents, 'incident')}."
        )
    else:
        sentences.append(
            "Nothing was imported." if gathered.checks else "Nothing was imported: there is no check in it."
        )
    twice = gathered.checks - done.checks - done.known - done.ahead
    for count, what in (
        (done.known, "lay in a time that is known already"),
        (done.ahead, "lay in the future"),
        (twice, "came twice"),
        (gathered.faulty, "could not be read"),
    ):
        if count:
            sentences.append(f"{count:,} {what}.")
    show.say(" ".join(sentences))
