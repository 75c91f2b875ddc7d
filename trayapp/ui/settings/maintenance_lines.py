"""The maintenance of the draft as lines of the list: what is done, and when."""

from __future__ import annotations

from datetime import tzinfo

from trayapp.config.in_words import is_over, maintenance_in_words
from trayapp.core.wording import plain
from trayapp.core.words import Status
from trayapp.ui.settings.draft import MAINTENANCE, Draft
from trayapp.ui.settings.judgement import Judgement
from trayapp.ui.settings.line_model import Line


def maintenance_lines(draft: Draft, judged: Judgement, now: int, zone: tzinfo) -> list[Line]:
    """One that is over looks faded."""
    changed = set(draft.maintenance.changed)
    return [
        Line(
            id_,
            draft.title((MAINTENANCE, id_)),
            _under(id_, judged, now, zone),
            Status.MAINTENANCE,
            id_ not in judged.maintenance or not is_over(judged.maintenance[id_].rule(zone), now),
            (MAINTENANCE, id_) in judged.faults,
            id_ in changed,
            switch=False,
        )
        for id_ in draft.maintenance.now
    ]


def _under(id_: str, judged: Judgement, now: int, zone: tzinfo) -> str:
    faults, _ = judged.of((MAINTENANCE, id_))
    if faults:
        return plain(next(iter(faults.values())), 120)
    return maintenance_in_words(judged.maintenance[id_], now, zone) if id_ in judged.maintenance else ""
