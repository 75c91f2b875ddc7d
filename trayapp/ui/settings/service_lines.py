"""The services of the draft as lines of the list."""

from __future__ import annotations

from collections.abc import Mapping

from trayapp.core.wording import dialled, plain
from trayapp.core.words import Status
from trayapp.ui.settings.draft import SERVICES, Draft
from trayapp.ui.settings.judgement import Judgement
from trayapp.ui.settings.line_model import Line


def service_lines(draft: Draft, judged: Judgement, statuses: Mapping[str, Status]) -> list[Line]:
    """Name, address or fault, and the status of the last snapshot."""
    changed = set(draft.services.changed)
    return [
        Line(
            service_id,
            draft.title((SERVICES, service_id)),
            _under(service_id, judged),
            Status.UNKNOWN if (SERVICES, service_id) in judged.faults else statuses.get(service_id, Status.UNKNOWN),
            table.get("enabled") is not False,
            (SERVICES, service_id) in judged.faults,
            service_id in changed,
        )
        for service_id, table in draft.services.now.items()
    ]


def _under(service_id: str, judged: Judgement) -> str:
    faults, _ = judged.of((SERVICES, service_id))
    if faults:
        return plain(next(iter(faults.values())), 120)
    return dialled(judged.services[service_id], 120) if service_id in judged.services else ""
