"""From the values of a TOML table to the fields of a declared class, every fault noted on the way."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

from trayapp.config.durations import parse_duration
from trayapp.config.expected import expected
from trayapp.config.faults import Complaints, quoted
from trayapp.config.lines import Path, dotted
from trayapp.config.written import Elsewhere, Shape, shape_of, written_type
from trayapp.core.keys import DeclaredKey, Duration, Key, Reference
from trayapp.core.wording import plain
from trayapp.probes.base import SecretUnavailable


class _Wrong:
    """What stands for a value that could not be read; the complaint is made already."""


WRONG: Final = _Wrong()

Fetch = Callable[[Reference], str]


class Reading:
    """Reads written values. What is wrong is added to `complaints`; the result has what is right."""

    def __init__(self, complaints: Complaints, fetch: Fetch) -> None:
        self.complaints = complaints
        self.fetch = fetch

    def fields(self, keys: Mapping[str, DeclaredKey], table: Mapping[str, Any], path: Path) -> dict[str, Any]:
        """The values of the declared keys that the table has; WRONG for those that cannot be read."""
        return {
            name: self.field(declared, table[name], (*path, name)) for name, declared in keys.items() if name in table
        }

    def unknown(self, names: Iterable[str], known: Iterable[str], path: Path, of_others: Mapping[str, Path]) -> None:
        """Warns of keys that are not known here; `of_others` tells in which other table a key would be."""
        for name in names:
            other = of_others.get(name)
            hint = f"; it belongs to [{dotted(other)}]" if other else self.complaints.did_you_mean(name, known)
            self.complaints.warn((*path, name), f"unknown key, kept and not used{hint}")

    def field(self, declared: DeclaredKey, written: Any, path: Path) -> Any:
        """One key's value, with the key's own check."""
        value = self._value(shape_of(declared.type), declared.key, written, path)
        if declared.key.check is None or value is WRONG or isinstance(value, Reference):
            return value
        return value if self._passes(declared.key.check, value, path) else WRONG

    def _passes(self, check: Callable[[Any], object], value: Any, path: Path) -> bool:
        """Whether the value passes the key's check. Of a list, each item that would not pass alone is named."""
        before = self.complaints.errors
        for place, item in enumerate(value) if isinstance(value, tuple) else ():
            self._check(check, (item,), (*path, place))
        if self.complaints.errors == before:
            self._check(check, value, path)
        return self.complaints.errors == before

    def _check(self, check: Callable[[Any], object], value: Any, path: Path) -> None:
        try:
            check(value)
        except ValueError as error:
            self.complaints.error(path, plain(str(error), 400))

    def _value(self, shape: Shape, key: Key, written: Any, path: Path) -> Any:
        if shape.inside is not None:
            return self._values(shape, shape.inside, key, written, path)
        try:
            value = msgspec.convert(written, written_type(shape, key))
        except msgspec.ValidationError:
            return self._refuse(shape, key, written, path)
        if isinstance(value, Elsewhere):
            return self._elsewhere(shape, key, value, path)
        if shape.form is Duration:
            value = parse_duration(value)
            if not (key.least or 0) <= value <= (math.inf if key.most is None else key.most):
                return self._refuse(shape, key, written, path)
        if isinstance(value, float) and not math.isfinite(value):
            return self._refuse(shape, key, written, path)
        return value

    def _refuse(self, shape: Shape, key: Key, written: Any, path: Path) -> _Wrong:
        """Says what must stand there, and what does unless it may be a secret."""
        must = f"must be {expected(shape, key)}"
        if isinstance(written, dict) and shape.form in (str, Reference):
            must = 'must be text, { secret = "name" }, { env = "NAME" } or { file = "path" }'
            if isinstance(written.get("secret"), str):
                must += "; a secret's name has letters, digits, ., _ and -"
        shown = "" if key.secret else f", not {quoted(written)}"
        choices = key.pattern.split("|") if isinstance(written, str) else []
        self.complaints.error(path, f"{must}{shown}{self.complaints.did_you_mean(str(written), choices)}")
        return WRONG

    def _values(self, shape: Shape, inside: Shape, key: Key, written: Any, path: Path) -> Any:
        if not isinstance(written, list if shape.form is tuple else dict):
            return self._refuse(shape, key, written, path)
        places = written.items() if isinstance(written, dict) else enumerate(written)
        values = {place: self._value(inside, key, item, (*path, place)) for place, item in places}
        if any(value is WRONG for value in values.values()):
            return WRONG
        return tuple(values.values()) if shape.form is tuple else MappingProxyType(values)

    def _elsewhere(self, shape: Shape, key: Key, written: Elsewhere, path: Path) -> Any:
        """A Reference where the key may be one; elsewhere the text behind it, for it is shown and kept in history."""
        named = {source: name for source, name in msgspec.structs.asdict(written).items() if name is not msgspec.UNSET}
        if len(named) != 1:
            self.complaints.error(path, "must have exactly one of secret, env and file")
            return WRONG
        ((source, name),) = named.items()
        reference = Reference(source, name)
        if shape.form is Reference:
            return reference
        if source == "secret":
            self.complaints.error(path, "cannot be a secret, for it is shown on the screen; use text or { env = … }")
            return WRONG
        try:
            return self._value(shape, key, self.fetch(reference), path)
        except SecretUnavailable as error:
            self.complaints.error(path, plain(error.message))
            return WRONG
