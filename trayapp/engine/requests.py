"""What may be asked through the control socket, in the shape it must have: anybody of this user may write there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias, get_args

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from trayapp.core.words import FOR_EVER

Ids: TypeAlias = Annotated[list[Annotated[str, Meta(min_length=1, max_length=100)]], Meta(max_length=10_000)]
"""Ids of services; whether there are such services is for whoever answers to say."""

Moment: TypeAlias = Annotated[int, Meta(ge=0, le=FOR_EVER)]
"""Milliseconds UTC."""


MOST_NOTE = 1_000
"""Characters of what somebody says of a correction or of a change."""


class Request(Struct, frozen=True, tag_field="do"):
    """One thing asked. `do` names it; keys that it does not have are ignored, as a newer program may send them."""


class Show(Request, frozen=True, tag="show"):
    """Raise the window, with the leave to take the focus that the desktop gave to whoever asks."""

    activation: Annotated[str, Meta(max_length=1_000)] | None = None


class Status(Request, frozen=True, tag="status"):
    """What is true now."""


class Events(Request, frozen=True, tag="events"):
    """Everything that happens from now on."""


class Check(Request, frozen=True, tag="check"):
    """Check these now."""

    services: Ids


class Reload(Request, frozen=True, tag="reload"):
    """Read services.toml now."""


class Acknowledge(Request, frozen=True, tag="acknowledge"):
    """No more reminders of the open incidents of these services; None: of all."""

    services: Ids | None


class Snooze(Request, frozen=True, tag="snooze"):
    """Tell nothing of these until then; None: go on telling."""

    services: Ids
    until: Moment | None


class Pause(Request, frozen=True, tag="pause"):
    """Check these, or everything where none are given, no more until then; None: go on."""

    until: Moment | None
    services: Ids | UnsetType = UNSET


class WhenBack(Request, frozen=True, tag="when_back"):
    """Tell once when these are back, or no longer."""

    services: Ids
    wanted: bool


class Correct(Request, frozen=True, tag="correct"):
    """This incident was none, or maintenance; None: what was seen counts again."""

    incident: Annotated[int, Meta(ge=1, le=FOR_EVER)]
    verdict: Literal["false alarm", "maintenance"] | None
    note: Annotated[str, Meta(max_length=MOST_NOTE)] = ""


class Mark(Request, frozen=True, tag="mark"):
    """Somebody changed this, at these services or at all where none are given; None: just now."""

    text: Annotated[str, Meta(min_length=1, max_length=MOST_NOTE)]
    services: Ids
    at: Moment | None


Known: TypeAlias = Show | Status | Events | Check | Reload | Acknowledge | Snooze | Pause | WhenBack | Correct | Mark

_NAMES = frozenset(kind.__struct_config__.tag for kind in get_args(Known))


def read(request: Mapping[str, Any]) -> Known:
    """The request, if it is one. Raises ValueError with a sentence."""
    name = request.get("do")
    if not (isinstance(name, str) and name in _NAMES):
        raise ValueError(f"nobody knows how to do {name!r:.100}")
    try:
        known: Known = msgspec.convert(request, Known)
    except msgspec.ValidationError as fault:
        raise ValueError(f"{name}: {fault}") from None
    return known
