"""How a check or a service looks in a terminal: shape, colour and word, as on the screen."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trayapp.cli.circumstances import row
from trayapp.core import timeline, wording
from trayapp.core.words import CheckResult, Finding, Outcome, Status

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

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

    class Ours(Console):
        def on_broken_pipe(self) -> None:
            """Whoever reads us has left: trayapp.cli.main ends the same way for every command."""
            raise BrokenPipeError

    width = None if (sys.stderr if stderr else sys.stdout).isatty() else UNCUT
    return Ours(stderr=stderr, highlight=False, markup=False, emoji=False, width=width)


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
    """ "1 service", "2,000 services"."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def checks_table(results: list[tuple[str, CheckResult]]) -> Table:
    """Names and results, one a line."""
    table = _table()
    for name, result in results:
        shape, colour = _OUTCOMES[result.finding.outcome]
        table.add_row(
            text(shape, colour),
            text(wording.plain(name, 40), "bold"),
            text(str(result.finding.outcome), colour),
            text(said(result.finding)),
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
            table.add_row("", text(wording.plain(group or "Other", 60).upper(), "bright_black"))
        shape, colour = _STATUSES[Status(service["status"])]
        table.add_row(
            text(shape, colour),
            text(wording.plain(service["name"], longest), "bold"),
            text(service["status"], colour),
            text(row(service, now)),
            *([text(timeline.percent(service["availability_24h"]))] if "availability_24h" in service else []),
        )
    return table


STRIP = {
    Status.UP: "━",
    Status.DEGRADED: "▲",
    Status.DOWN: "✕",
    Status.UNKNOWN: "·",
    Status.MAINTENANCE: "‖",
    Status.PAUSED: "‖",
}
"""What a cell of a strip looks like without colours."""


def strip(statuses: Sequence[Status]) -> Text:
    """The cells of a strip as one line."""
    from rich.text import Text  # noqa: PLC0415 - see console()

    return Text.assemble(*((STRIP[status], _STATUSES[status][1]) for status in statuses))


def status_text(status: Status) -> Text:
    """The word for a status in its colour."""
    return text(status, _STATUSES[status][1])


def spent(times: Sequence[tuple[Status, str]], width: int) -> Text:
    """How long it was what, each with what it looks like in a strip: "━ up 6 d   ✕ down 12 min".

    None of them is torn apart at the edge, which is after so many columns.
    """
    from rich.text import Text  # noqa: PLC0415 - see console()

    said, used = Text(), 0
    for status, words in times:
        length = len(words) + 2
        if said:
            fits = used + 3 + length <= width
            said.append("   " if fits else "\n")
            used = used + 3 if fits else 0
        said.append(STRIP[status], _STATUSES[status][1]).append(f" {words}")
        used += length
    return said


def print_lines(console: Console, lines: Sequence[Text]) -> None:
    """Each on a line of its own, cut where there is no room."""
    for line in lines:
        console.print(line, no_wrap=True, overflow="ellipsis")


def print_table(console: Console, table: Table) -> None:
    """Without the blanks that fill the last column: a pipe or a file has no use for them."""
    with console.capture() as captured:
        console.print(table)
    print("\n".join(line.rstrip() for line in captured.get().splitlines()), file=console.file)


def aligned(rows: Sequence[Sequence[Text] | Text], numbers: Collection[int] = ()) -> list[Text]:
    """Rows of cells as lines in which the cells stand below each other; the columns of `numbers` end below each other.

    A row that is one text is a line of its own.
    """
    from rich.text import Text  # noqa: PLC0415 - see console()

    cells = [row for row in rows if not isinstance(row, Text)]
    widths = [max(cell.cell_len for cell in column) for column in zip(*cells, strict=True)]
    lines = []
    for each in rows:
        line = Text()
        for number, cell in enumerate([each] if isinstance(each, Text) else each):
            gap = " " * (widths[number] - cell.cell_len) if not isinstance(each, Text) else ""
            line.append("  " if number else "")
            line.append_text(Text(gap) + cell if number in numbers else cell + Text(gap))
        line.rstrip()
        lines.append(line)
    return lines


def figures_table(rows: Sequence[tuple[str, Text | str]]) -> Table:
    """What is said of what, one a line, or on more where there is no room."""
    table = _table()
    for what, said in rows:
        table.add_row(text(what, "bright_black"), said)
    return table


def _table() -> Table:
    from rich.table import Table  # noqa: PLC0415 - see console()

    return Table.grid(padding=(0, 2, 0, 0))


def text(words: str, style: str = "") -> Text:
    """Words for a cell, cut where there is no room."""
    from rich.text import Text  # noqa: PLC0415 - see console()

    return Text(words, style=style, no_wrap=True, overflow="ellipsis")
