"""Reading services.toml: its tables become settings, and all that is wrong with them is told at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from trayapp.config.beside import TablesBeside
from trayapp.config.broken import DOCUMENT, parse_toml
from trayapp.config.dependencies import check_dependencies
from trayapp.config.document import Unreadable, read_document
from trayapp.config.faults import Complaints, Fault, quoted
from trayapp.config.outside import outside
from trayapp.config.quiet_hours import QuietHours
from trayapp.config.reading import WRONG, Fetch, Reading
from trayapp.config.settings import Settings
from trayapp.config.surroundings import Network, Notifications, Retention
from trayapp.config.tables import SERVICE_KEYS, ServiceTables
from trayapp.probes.base import Kind

NEWEST_VERSION = 1
TABLES = ("services", "defaults", "maintenance", "quiet_hours", "notifications", "network", "history", "appearance")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a text came to. `settings` is None when nothing of it can be used: keep the last good ones.

    A service with a fault is not in `settings.services` but named in `left_out`: it still exists,
    and whoever has an earlier version of it may go on with that. The same holds of the other tables
    named in `wrong`, such as "quiet_hours" or "maintenance.backup".
    """

    settings: Settings | None
    faults: tuple[Fault, ...] = ()
    text: str = ""
    left_out: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        """Nothing is wrong, though there may be warnings."""
        return all(fault.warning for fault in self.faults)


def load_file(
    path: Path, kinds: Mapping[str, type[Kind]] | None = None, environ: Mapping[str, str] = os.environ
) -> Loaded:
    """The settings of a file; that there is none yet is no fault. Never raises, whatever is in it."""
    try:
        document = read_document(path)
    except FileNotFoundError:
        return Loaded(Settings())
    except Unreadable as error:
        return Loaded(None, (Fault(str(path), error.line, f"cannot be read: {error.message}"),))
    loaded = parse(document.text, kinds, outside(environ, path.parent))
    exposed = tuple(Fault(str(path), None, sentence, warning=True) for sentence in document.exposed)
    return replace(_distrusted(loaded, document.foreign), faults=exposed + loaded.faults)


def _distrusted(loaded: Loaded, why: str) -> Loaded:
    """The same, with probes that know if somebody else may have written them."""
    if not why or loaded.settings is None:
        return loaded
    sentence = f"{DOCUMENT}: {why}"
    services = tuple(
        replace(service, probe=service.probe.distrusted(sentence)) if isinstance(service.probe, Kind) else service
        for service in loaded.settings.services
    )
    return replace(loaded, settings=replace(loaded.settings, services=services))


def parse(text: str, kinds: Mapping[str, type[Kind]] | None = None, fetch: Fetch | None = None) -> Loaded:
    """The settings of a text. `kinds` are all probe kinds unless given; `fetch` finds `{ env = … }`, `{ file = … }`."""
    document = parse_toml(text)
    if isinstance(document, Fault):
        return Loaded(None, (document,), text)
    kinds = every_kind() if kinds is None else kinds
    complaints = Complaints()
    reading = Reading(complaints, fetch or outside(os.environ, Path()))
    _check_version(document, complaints)
    for name in document:
        if name not in TABLES and name != "version":
            complaints.warn((name,), f"unknown, kept and not used{complaints.did_you_mean(name, TABLES)}")
    defaults = _defaults(document, reading, kinds)
    tables = _table(document, "services", complaints)
    reader = ServiceTables(reading, kinds, defaults)
    read = {name: reader.service(name, table) for name, table in tables.items()}
    services = {name: service for name, service in read.items() if service is not None}
    entangled = check_dependencies({name: service.depends_on for name, service in services.items()}, tables, complaints)
    good = tuple(service for name, service in services.items() if name not in entangled)
    left_out = tuple(name for name in tables if name not in services or name in entangled)
    known = MappingProxyType({name: value for name, value in defaults.items() if value is not WRONG})
    if not isinstance(document.get("services", {}), dict):
        return Loaded(None, complaints.faults(text), text)  # that would read as if every service had been removed
    beside = TablesBeside(reading, tables, _groups(tables, known))
    windows = _table(document, "maintenance", complaints)
    maintenance = [beside.maintenance(id_, table) for id_, table in windows.items()]
    settings = Settings(
        good,
        known,
        tuple(window for window in maintenance if window is not None),
        beside.single(document, "quiet_hours", QuietHours),
        beside.single(document, "network", Network) or Network(),
        beside.single(document, "notifications", Notifications) or Notifications(),
        beside.single(document, "history", Retention) or Retention(),
    )
    return Loaded(settings, complaints.faults(text), text, left_out, tuple(beside.wrong))


def every_kind() -> Mapping[str, type[Kind]]:
    from trayapp.probes import PROBES  # noqa: PLC0415  (a test brings its own)

    return PROBES


def _check_version(document: Mapping[str, Any], complaints: Complaints) -> None:
    version = document.get("version", NEWEST_VERSION)
    if type(version) is not int or version < 1:
        complaints.error(("version",), f"must be {NEWEST_VERSION}, not {quoted(version)}")
    elif version > NEWEST_VERSION:
        complaints.warn(
            ("version",),
            f"{version} is newer than this Watchbell, which knows {NEWEST_VERSION}: "
            "what it does not know is kept and not used",
        )


def _defaults(document: Mapping[str, Any], reading: Reading, kinds: Mapping[str, type[Kind]]) -> Mapping[str, Any]:
    table = _table(document, "defaults", reading.complaints)
    path = ("defaults",)
    for kind in [name for name in table if name in kinds]:
        reading.complaints.warn((*path, kind), "a probe's keys stand with each service; kept and not used")
    reading.unknown([name for name in table if name not in SERVICE_KEYS and name not in kinds], SERVICE_KEYS, path, {})
    values = reading.fields(SERVICE_KEYS, table, path)
    for name in [name for name, value in values.items() if value is WRONG]:
        reading.complaints.warn((*path, name), f"services that take their {name} from here are left out until then")
    return values


def _groups(tables: Mapping[str, Any], defaults: Mapping[str, Any]) -> set[str]:
    """Every group that a service stands in, be the service right or wrong."""
    named = (table.get("group") for table in (defaults, *tables.values()) if isinstance(table, Mapping))
    return {group for group in named if isinstance(group, str)}


def _table(document: Mapping[str, Any], name: str, complaints: Complaints) -> dict[str, Any]:
    table = document.get(name, {})
    if isinstance(table, dict):
        return table
    complaints.error((name,), f"must be a table [{name}], not {quoted(table)}")
    return {}
