"""One service's table: from what was written to a `Service` with its probe."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from trayapp.config.declared import read_declared
from trayapp.config.durations import format_duration
from trayapp.config.faults import quoted
from trayapp.config.lines import Path, dotted
from trayapp.config.reading import WRONG, Reading
from trayapp.config.written import ID_IN_WORDS, NAME_PATTERN
from trayapp.core.keys import DeclaredKey, declared_keys
from trayapp.core.words import Service
from trayapp.probes.base import Kind

SERVICE_KEYS: Mapping[str, DeclaredKey] = declared_keys(Service)

_ID = re.compile(NAME_PATTERN)


class ServiceTables:
    """Reads the tables of services. `defaults` are the values of [defaults], WRONG where those cannot be read."""

    def __init__(self, reading: Reading, kinds: Mapping[str, type[Kind]], defaults: Mapping[str, Any]) -> None:
        self._reading = reading
        self._kinds = kinds
        self._keys = {name: declared_keys(kind) for name, kind in kinds.items()}
        self._defaults = defaults

    def service(self, name: str, table: Any) -> Service | None:
        """The service, or None after its faults were noted."""
        path: Path = ("services", name)
        complaints = self._reading.complaints
        if not _ID.fullmatch(name):
            complaints.error(path, ID_IN_WORDS)
            return None
        if not isinstance(table, dict):
            complaints.error(path, f"must be a table [{dotted(path)}], not {quoted(table)}")
            return None
        before = complaints.errors
        own = self._reading.fields(SERVICE_KEYS, table, path)
        self._check_times(own, path)
        probe = self._probe(table, path)
        values = {**self._defaults, **own}
        if complaints.errors > before or probe is None or any(value is WRONG for value in values.values()):
            return None
        return Service(id=name, probe=probe, **values)

    def _check_times(self, own: Mapping[str, Any], path: Path) -> None:
        """A timeout that somebody wrote must fit into the interval; the usual 10s may be longer than a short one."""
        timeout = own.get("timeout", WRONG)
        interval = own.get("interval", self._defaults.get("interval", SERVICE_KEYS["interval"].default))
        if timeout is not WRONG and interval is not WRONG and timeout > interval:
            self._reading.complaints.error(
                (*path, "timeout"),
                f"{format_duration(timeout)} is longer than the interval, {format_duration(interval)}: "
                "shorten the timeout or lengthen the interval",
            )

    def _probe(self, table: Mapping[str, Any], path: Path) -> Kind | None:
        complaints = self._reading.complaints
        found = [name for name in table if name in self._kinds]
        unknown = [name for name in table if name not in self._kinds and name not in SERVICE_KEYS]
        if not found and (meant := [name for name in unknown if isinstance(table[name], dict)]):
            choice = ", ".join(self._kinds)
            for name in meant:
                unknown.remove(name)
                hint = complaints.did_you_mean(name, self._kinds) or f"; there are {choice}"
                complaints.error((*path, name), f"unknown kind of probe{hint}")
        elif not found:
            example = next(iter(self._kinds))
            complaints.error(
                path, f"does not say how to ask; add a table named after a kind, such as [{dotted((*path, example))}]"
            )
        elif len(found) > 1:
            complaints.error(
                (*path, found[1]), f"a service has one probe, and here are {' and '.join(found)}; keep one"
            )
        of_probe = {key: (*path, name) for name in found for key in self._keys[name]}
        self._reading.unknown(unknown, [*SERVICE_KEYS, *self._kinds], path, of_probe)
        return self._kind(found[0], table[found[0]], (*path, found[0])) if len(found) == 1 else None

    def _kind(self, name: str, table: Any, path: Path) -> Kind | None:
        of_service = dict.fromkeys(SERVICE_KEYS, path[:-1])
        return read_declared(self._reading, self._kinds[name], self._keys[name], table, path, of_service)
