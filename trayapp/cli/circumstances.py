"""What holds beside the services themselves: networks out of sight, pauses, quiet hours, trouble of our own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trayapp import events
from trayapp.cli import moments
from trayapp.core import wording
from trayapp.core.reasons import blindness
from trayapp.core.words import Sight, Status

TROUBLE, BY_INTENT = "yellow", "blue"
"""Styles of a line."""


def above(status: Mapping[str, Any], now: int, headline: str = "") -> Iterator[tuple[str, str]]:
    """Lines with their styles to stand above the table, from what the running program says of itself.

    What the `headline` says already is not said again.
    """
    for sentence in (*status["problems"], *status["faults"]):
        yield wording.plain(sentence, 500), TROUBLE
    for network in status["networks"]:
        if line := _blind(network, now, headline):
            yield line, TROUBLE
    if status["paused_until"] is not None:
        until = moments.until(events.moment(status["paused_until"]), now)
        yield f"Everything is paused {until}; `watchbell resume` goes on.", BY_INTENT
    if status["quiet_until"] is not None:
        until = moments.until(events.moment(status["quiet_until"]), now)
        yield f"Quiet hours {until}: nothing rings but what is marked critical.", BY_INTENT


def row(service: Mapping[str, Any], now: int) -> str:
    """The line beside a service: why it is as it is, and what somebody asked for."""
    parts = [_state(service, now)]
    if service["snoozed_until"] is not None:
        parts.append(f"snoozed {moments.until(events.moment(service['snoozed_until']), now)}")
    if service["when_back"]:
        parts.append("told when it is back")
    if "age" in service:
        parts.append(service["age"])
    return " · ".join(parts)


def _state(service: Mapping[str, Any], now: int) -> str:
    if service["reason"] == "disabled":
        return "switched off (enabled = false)"
    until = {Status.MAINTENANCE: "maintenance_until", Status.PAUSED: "paused_until"}.get(Status(service["status"]))
    if until is None or service[until] is None:
        return wording.plain(service["why"])
    what = "in maintenance" if until == "maintenance_until" else "paused"
    return f"{what} {moments.until(events.moment(service[until]), now)}"


def _blind(network: Mapping[str, Any], now: int, headline: str) -> str:
    """ "You are offline since 14:02: nothing on the internet answers"; empty while the network is seen."""
    since = events.moment(network["since"])
    reason = wording.plain(network["reason"] or "")
    sentence = blindness(Sight(wording.plain(network["class"]), network["state"], reason, since))
    if not sentence:
        return ""
    told = "Since" if sentence == headline else f"{sentence} since"
    return f"{told} {moments.clock(since, now)}: {reason}" if reason else f"{told} {moments.clock(since, now)}"
