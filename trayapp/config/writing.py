"""From a `Service` to the table that says the same: what is default is left unsaid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trayapp.config.durations import format_duration
from trayapp.config.tables import SERVICE_KEYS
from trayapp.config.written import Shape, shape_of
from trayapp.core.keys import DeclaredKey, Duration, Reference, declared_keys
from trayapp.core.words import NOTHING, Service


class CannotSave(Exception):
    """What shall be saved cannot be; the message is a sentence for a person. The old text stands."""


def table_of(service: Service, defaults: Mapping[str, Any] = NOTHING) -> dict[str, Any]:
    """The service's table, with the probe's in it. `defaults` are those of the Settings it goes into.

    Raises CannotSave when it says "none" where [defaults] says something, which TOML cannot write.
    """
    usual = {name: defaults.get(name, declared.default) for name, declared in SERVICE_KEYS.items()}
    table = _written(service, SERVICE_KEYS, usual)
    keys = declared_keys(type(service.probe))
    table[service.probe.kind] = _written(service.probe, keys, {name: keys[name].default for name in keys})
    return table


def declared_table(value: Any) -> dict[str, Any]:
    """The table of a maintenance, of quiet hours, or of whatever else has declared keys."""
    keys = declared_keys(type(value))
    return _written(value, keys, {name: declared.default for name, declared in keys.items()})


def _written(holder: Any, keys: Mapping[str, DeclaredKey], usual: Mapping[str, Any]) -> dict[str, Any]:
    table = {}
    for name, declared in keys.items():
        value = getattr(holder, declared.field)
        if value == usual[name]:
            continue
        if value is None:
            raise CannotSave(f"[defaults] sets {name}, and a service cannot unset it; remove it from [defaults]")
        table[name] = written_value(shape_of(declared.type), value)
    return table


def written_value(shape: Shape, value: Any) -> Any:
    """A key's value as TOML holds it."""
    if isinstance(value, Reference):
        return {value.source: value.name}
    if shape.form is Duration:
        return format_duration(value)
    if shape.inside is None:
        return value
    if isinstance(value, Mapping):
        return {name: written_value(shape.inside, item) for name, item in value.items()}
    return [written_value(shape.inside, item) for item in value]
