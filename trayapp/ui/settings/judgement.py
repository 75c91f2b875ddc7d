"""What a text of services.toml comes to, sorted so that a form can show it: by table and by field."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from trayapp.config.lines import dotted
from trayapp.config.load import Loaded
from trayapp.config.maintenance import Maintenance
from trayapp.config.save_table import Place
from trayapp.config.settings import Settings
from trayapp.core.words import NOTHING, Service

Said = Mapping[str, str]
"""Sentences by the path inside a table: "interval", "http.url", or "" for the table as a whole."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The settings that are right, and of the other tables what is wrong, by where they stand.

    `elsewhere` are sentences about tables that no form shows.
    """

    settings: Settings
    services: Mapping[str, Service]
    maintenance: Mapping[str, Maintenance]
    faults: Mapping[Place, Said]
    warnings: Mapping[Place, Said]
    elsewhere: tuple[str, ...] = ()

    def of(self, place: Place) -> tuple[Said, Said]:
        """The faults and the warnings of one table."""
        return self.faults.get(place, NOTHING), self.warnings.get(place, NOTHING)


def judgement_of(loaded: Loaded, places: Collection[Place], refused: Mapping[Place, str]) -> Judgement:
    """Sort what was said of a text; `refused` are sentences about tables that cannot be written at all."""
    errors: dict[Place, dict[str, str]] = {place: {"": sentence} for place, sentence in refused.items()}
    warnings: dict[Place, dict[str, str]] = {}
    elsewhere = []
    roots = {dotted(place): place for place in places}
    for fault in loaded.faults:
        root = max((root for root in roots if _is_under(fault.path, root)), key=len, default=None)
        if root is None:
            elsewhere.append(str(fault))
            continue
        inner = fault.path.removeprefix(root).removeprefix(".")
        said = (warnings if fault.warning else errors).setdefault(roots[root], {})
        said[inner] = f"{said[inner]}; {fault.message}" if inner in said else fault.message
    settings = loaded.settings or Settings()
    services = {each.id: each for each in settings.services if ("services", each.id) not in refused}
    maintenance = {each.id: each for each in settings.maintenance if ("maintenance", each.id) not in refused}
    return Judgement(settings, services, maintenance, errors, warnings, tuple(elsewhere))


def _is_under(path: str, root: str) -> bool:
    return path == root or path.startswith((f"{root}.", f"{root}["))
