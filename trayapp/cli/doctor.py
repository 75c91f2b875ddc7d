"""`watchbell doctor`: what this machine gives us, and what to install for the rest."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from trayapp import events
from trayapp.cli import show
from trayapp.cli.home import places_of
from trayapp.desktop.display import has_display
from trayapp.diagnosis import Row, examine

if TYPE_CHECKING:
    from rich.table import Table


def main(arguments: argparse.Namespace) -> int:
    rows = examine(places_of(arguments), display=has_display(), ask=arguments.network)
    if arguments.json:
        for row in rows:
            print(events.line({"part": row.part, "ok": row.ok, "found": row.found, "advice": row.advice or None}))
        return 0 if all(row.ok for row in rows) else 1
    show.print_table(show.console(), _table(rows))
    return 0 if all(row.ok for row in rows) else 1


def _table(rows: Sequence[Row]) -> Table:
    from rich.table import Table  # noqa: PLC0415 - heavy; programs that read JSON never pay for it
    from rich.text import Text  # noqa: PLC0415

    table = Table.grid(padding=(0, 2, 0, 0))
    for row in rows:
        shape = Text("✓", "green") if row.ok else Text("!", "yellow")
        table.add_row(shape, Text(row.part, no_wrap=True), Text(row.found))
        if row.advice:
            table.add_row("", "", Text(row.advice, "bright_black"))
    return table
