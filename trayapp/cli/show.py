"""How a check or a service looks in a terminal: shape, colour and word, as on the screen."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trayapp.cli.circumstances import row
from trayapp.core import timeline, wording
from trayapp.core.words import CheckResult, Finding, Outcome, Status

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_OUTCOMES = {
    Outcome.OK: ("✓", "green"),
    Outcome.WARNING: ("!", "yellow"),
    Outcome.CRITICAL: ("✕", "red"),
    Outcome.UNKNOWN: ("?", "bright_black"),
}

_STATUSES = {
    Status.UP: ("✓", "green"),
    Status.DEGRADED: ("!", "yellow"),
    Status.DOWN: ("✕", "red"),
    Status.UNKNOWN: ("?", "bright_black"),
    Status.MAINTENANCE: ("‖", "blue"),
    Status.PAUSED: ("‖", "blue"),
}


UNCUT = 10_000
"""Columns where no terminal is: nothing is cut for whoever reads a file or a pipe."""


def console(*, stderr: bool = False) -> Console:
    """A console that colours a terminal and nothing else (and heeds NO_COLOR)."""
    from rich.console import Console  # noqa: PLC0415 - heavy; programs that read JSON never pay for it

    width = None if (sys.stderr if stderr else sys.stdout).isatty() else UNCUT
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False, width=width)


FOR_PROGRAMS = frozenset({"errno", "gai_errno", "phase", "verify_code"})
"""Details that say to a program what the message says to a person."""

MOST_DETAILS = 400
"""Characters of what a check learnt beside its verdict."""


def complain(sentence: str) -> None:
    """One line to standard error, in the name of the program."""
    print(f"watchbell: {sentence}", file=sys.stderr)


def say(sentence: str) -> None:
    """A sentence to standard output; on a terminal no word is torn apart at its edge."""
    if sys.stdout.isatty():
        sentence = textwrap.fill(sentence, shutil.get_terminal_size().columns, break_long_words=False)
    print(sentence)


def counted(number: int, word: str) -> str:
    """ "1 service", "2 services"."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def checks_table(results: list[tuple[str, CheckResult]]) -> Table:
    """Names and results, one a line."""
    table = _table()
    for name, result in results:
        shape, colour = _OUTCOMES[result.finding.outcome]
        table.add_row(
            _text(shape, colour),
            _text(wording.plain(name, 40), "bold"),
            _text(str(result.finding.outcome), colour),
            _text(said(result.finding)),
        )
    return table


def phases(finding: Finding) -> str:
    """ "dns 1 ms · connect 4 ms · first byte 14 ms", empty where nothing took a tenth of a millisecond."""
    measured = {phase.replace("_", " "): ms for phase, ms in finding.phases_ms.items() if ms >= 0.1}
    return " · ".join(f"{phase} {wording.latency(ms)}" for phase, ms in measured.items())


def details(finding: Finding) -> str:
    """What the check learnt beside its verdict: "version 7.0.15 · role master"."""
    told = (
        f"{wording.plain(name.replace('_', ' '))} {_written(value)}"
        for name, value in finding.details.items()
        if name not in FOR_PROGRAMS
    )
    return wording.plain(" · ".join(told), MOST_DETAILS)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(_written, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_written(each)}" for name, each in value.items())
    if isinstance(value, float):
        return f"{value:g}"
    return wording.plain(str(value))


def said(finding: Finding) -> str:
    """The finding's message, or how long a good answer took."""
    if finding.message:
        return wording.plain(finding.message)
    return wording.latency(finding.latency_ms) if finding.latency_ms is not None else ""


def services_table(services: Sequence[Mapping[str, Any]], now: int, width: int) -> Table:
    """The window's rows in a terminal of so many columns, from the objects of `status --json`.

    Where it is narrow, names give way to what is said of them.
    """
    longest = min(max(width - 60, 16), 40)
    table = _table()
    group = None
    for number, service in enumerate(services):
        if service["group"] != group:
            group = service["group"]
            if number:
                table.add_row()
            table.add_row("", _text(wording.plain(group or "Other", 60).upper(), "bright_black"))
        shape, colour = _STATUSES[Status(service["status"])]
        table.add_row(
            _text(shape, colour),
            _text(wording.plain(service["name"], longest), "bold"),
            _text(service["status"], colour),
            _text(row(service, now)),
            *([_text(timeline.percent(service["availability_24h"]))] if "availability_24h" in service else []),
        )
    return table


def _table() -> Table:
    from rich.table import Table  # noqa: PLC0415 - see console()

    return Table.grid(padding=(0, 2, 0, 0))


def _text(words: str, style: str = "") -> Any:
    from rich.text import Text  # noqa: PLC0415 - see console()

    return Text(words, style=style, no_wrap=True, overflow="ellipsis")
